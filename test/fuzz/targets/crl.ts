import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { authenticateCrl } from '../../../src/core/revocation/authenticate-crl.ts';
import { concludeFromCrl } from '../../../src/core/revocation/conclude-from-crl.ts';
import type { Crl } from '../../../src/core/revocation/crl.ts';
import { buildEntryIndex } from '../../../src/core/revocation/crl-entry-index.ts';
import { decodeCrl } from '../../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../../src/core/revocation/evidence.ts';
import { decodeCertificate } from '../../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../../src/core/x509/path/issuer-key.ts';
import { FIXTURE_NOW, readFixture } from '../../fixtures.ts';
import { generateCrl } from '../generate/crl.ts';
import { credulousCrypto, dummySigning, fixturesNamed, type Target } from '../target.ts';

const certificate = decodeCertificate(readFixture('leaf-digital-signature-revoked.crt'));
const issuer = issuerKeyOf(decodeCertificate(readFixture('root-digital-signature-2.crt')));
const freshness = { at: FIXTURE_NOW, maxAgeSeconds: 86_400, clockSkewSeconds: 60 };

/** Entries are read when the list is authenticated: also those of lists by other issuers. */
function entries(crl: Crl): string {
  try {
    const { walk, index } = buildEntryIndex(crl);
    return `${walk.usable} ${Math.min(index.count, 20)}`;
  } catch (error) {
    if (error instanceof DecodeError) return `entry ${error.code}`;
    throw error;
  }
}

function conclusion(crl: Crl): string {
  const authentic = authenticateCrl(crl, issuer, credulousCrypto);
  if (isRefusal(authentic)) return authentic.refused;
  const evidence = concludeFromCrl({ crl: authentic, certificate, issuer, ...freshness, undivided: false });
  return isRefusal(evidence) ? evidence.refused : evidence.says.status;
}

export const crlTarget: Target = {
  name: 'crl',
  seeds: () => fixturesNamed(/\.crl$/),
  generate: (random) => generateCrl(random, dummySigning),
  run(octets) {
    const crl = decodeCrl(octets);
    return `${crl.version} ${crl.delta} ${crl.extensions.length} ${entries(crl)} ${conclusion(crl)}`;
  },
};
