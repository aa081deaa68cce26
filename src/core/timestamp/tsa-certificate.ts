import { equalBytes } from '../bytes.ts';
import type { Certificate } from '../x509/certificate.ts';
import { compareNames } from '../x509/compare-names.ts';
import { EXT_KEY_USAGE } from '../x509/extensions/identifiers.ts';
import type { GeneralName } from '../x509/name.ts';

const ID_KP_TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

/**
 * RFC 3161 §2.3: a key for time stamps and nothing else, told by one extended key usage, critical. Where keyUsage says more,
 * it lets the key sign.
 */
export function mayStamp({ extensions }: Certificate): boolean {
  const { all, extKeyUsage, keyUsage } = extensions;
  const isAlone = extKeyUsage?.length === 1 && extKeyUsage[0] === ID_KP_TIME_STAMPING;
  const isCritical = all.some(({ extnID, critical }) => extnID === EXT_KEY_USAGE && critical);
  const maySign = keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation');
  return isAlone && isCritical && maySign;
}

/** §2.4.2: `tsa`, where it is there, is one of the names of the certificate. */
export function isNamed({ subject, extensions }: Certificate, tsa: GeneralName | undefined): boolean {
  if (tsa === undefined) return true;
  if (tsa.type === 'directoryName' && compareNames(tsa.value, subject)) return true;
  return extensions.subjectAltName?.some((name) => isSameName(name, tsa)) === true;
}

function isSameName(a: GeneralName, b: GeneralName): boolean {
  if (a.type === 'directoryName') return b.type === 'directoryName' && compareNames(a.value, b.value);
  if (a.type === 'otherName') return b.type === 'otherName' && a.typeId === b.typeId && equalBytes(a.value, b.value);
  if (a.type !== b.type) return false;
  return typeof a.value === 'string' ? a.value === b.value : equalBytes(a.value, b.value as Uint8Array);
}
