import type { CertificateRecord, Register, Resident } from '../japan/register.ts';

const rfc3339 = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** One certificate as the API shows it: everything, for nobody in it exists. */
export function certificateView(register: Register, record: CertificateRecord) {
  const resident = register.resident(record.residentId);
  const onToken = resident?.tokens.some(
    (token) => token.medium === record.medium && token.certificates[record.kind] === record.serial,
  );
  return {
    serialNumber: record.serial,
    kind: record.kind,
    medium: record.medium,
    generation: record.generation,
    municipality: record.municipality,
    notBefore: rfc3339(record.notBefore),
    notAfter: rfc3339(record.notAfter),
    onToken: onToken === true,
    status: record.revoked === null ? 'good' : 'revoked',
    revokedAt: record.revoked === null ? null : rfc3339(record.revoked.at),
    reason: record.revoked?.reason ?? null,
    certificate: record.der,
  };
}

const positions = (flags: string): number[] => Array.from(flags).flatMap((flag, at) => (flag === '1' ? [at] : []));

export function residentView(register: Register, resident: Resident) {
  const { attributes } = resident;
  const own = register.state.certificates.filter(({ residentId }) => residentId === resident.id);
  return {
    id: resident.id,
    note: resident.note,
    alive: resident.alive,
    municipality: resident.municipality,
    name: attributes.name,
    nameSubstitutedAt: positions(attributes.nameSubstituted),
    dateOfBirth: attributes.dateOfBirth,
    gender: attributes.gender,
    address: attributes.address,
    addressSubstitutedAt: positions(attributes.addressSubstituted),
    tokens: resident.tokens.map(({ medium, keyType }) => ({ medium, keyType })),
    certificates: own.map((record) => certificateView(register, record)),
  };
}

/** PEM of DER. */
export const pem = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};
