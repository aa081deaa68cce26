import type { PackageVerdict, SealTimestamps, TimestampLinkVerdict } from './package-verdict.ts';

const RESULTS: Readonly<Record<PackageVerdict['result'], string>> = {
  same: 'The package is whole and its origin is proven. 証拠一式は改ざんされておらず、出所も確かめられました。',
  'origin-not-proven':
    'Consistent in itself, origin not proven: anyone could have made it. 内容に矛盾はありませんが、出所は確かめられていません。',
  'timestamp-lapsed':
    'Whole, of proven origin, but a time stamp lapsed: that it was there then rests on the seal key alone. 証拠一式に改ざんはありませんが、タイムスタンプの効力が途切れています。',
  differs: 'Judged again, it comes out otherwise. あらためて判定した結果が記録と異なります。',
  altered: 'This is not the package as it was made. 証拠一式が改ざんされているか、壊れています。',
};

/** For people. */
export function verdictLines(verdict: PackageVerdict): readonly string[] {
  const { verificationId, indication, subIndication, verifiedAt, judgedAgain, anchor, sealKey } = verdict;
  const isKnown = verificationId !== null && indication !== null;
  const says = [indication, subIndication].filter(Boolean).join(' / ');
  return [
    RESULTS[verdict.result],
    ...verdict.faults.map(({ fault, name }) => `  ${fault}${name === null ? '' : `: ${name}`}`),
    ...(isKnown ? [`  ${verificationId}, ${verifiedAt}: ${says}`] : []),
    ...policyLines(verdict),
    ...verdict.differences.map(
      ({ at, recorded, found }) => `  ${at}: recorded ${JSON.stringify(recorded)}, now ${JSON.stringify(found)}`,
    ),
    ...(isKnown && verdict.differences.length === 0 ? [judgementLine(judgedAgain)] : []),
    ...verdict.takenFromRecord.map((check) => `  ${check} is taken from the record: no package can show it.`),
    ...(anchor === null ? [] : [trustLine('trust anchor', anchor, '--anchor')]),
    ...(sealKey === null ? [] : [trustLine('seal key', sealKey, '--trust')]),
    ...(isKnown ? [timestampLine(verdict.timestamp)] : []),
    ...verdict.sealTimestamps.flatMap(chainLines),
    ...(verdict.auditLines.waiting > 0 ? ['  The audit line was not sealed yet when the package was made.'] : []),
  ];
}

const policyLines = ({ policyVersion, rulesVersion }: PackageVerdict): readonly string[] =>
  policyVersion === null
    ? []
    : [`  By version ${policyVersion} of the policy and ${rulesVersion} of the deployment's settings.`];

const judgementLine = (judgedAgain: boolean): string =>
  judgedAgain
    ? '  Judged again: the same verdict. あらためて判定しても同じ結果です。'
    : '  Not judged again: certificate and revocation list are withheld. 電子証明書等を含まないため、再判定はしていません。';

const trustLine = (what: string, { sha256, trusted }: { sha256: string; trusted: boolean }, option: string): string =>
  `  ${what} ${sha256}: ${trusted ? 'trusted' : `not trusted (${option} was not given for it)`}`;

function timestampLine(timestamp: PackageVerdict['timestamp']): string {
  if (timestamp === null)
    return '  No time stamp: no authority vouches for when it was made. タイムスタンプはありません。';
  const { at, tsa, policy, sha256, trusted, validUntil, lapsed } = timestamp;
  const by = tsa === null ? sha256 : `${JSON.stringify(tsa)} (${sha256})`;
  const trust = trusted ? `trusted, until ${validUntil}` : 'not trusted (--trust was not given for it)';
  const end = lapsed ? ' — LAPSED: nothing that is newer covers the package (audit timestamps prove)' : '';
  return `  time stamp ${at} by ${by}, policy ${policy}: ${trust}${end}`;
}

const SEALED: Readonly<Record<SealTimestamps['of'], string>> = {
  verification: "the verification's audit line",
  manifest: 'an audit line that tells of this package',
};

function chainLines({ of, batch, from, links }: SealTimestamps): readonly string[] {
  const whence = from === 'given' ? ', given beside it' : '';
  return [`  timestamps of the seal of ${SEALED[of]} (batch ${batch})${whence}:`, ...links.map(linkLine)];
}

function linkLine({
  number,
  at,
  authority,
  trusted,
  endsAt,
  endOf,
  neededUntil,
  lapsed,
}: TimestampLinkVerdict): string {
  const trust = trusted ? 'trusted' : 'not trusted (--trust was not given for it)';
  const what = endOf === 'certificate' ? 'its certificate' : endOf;
  const end = lapsed
    ? `LAPSED: ${what} ended at ${endsAt}, and it was needed until ${neededUntil}`
    : `good until ${endsAt} (${what})`;
  return `    ${number}. ${at} by ${authority}: ${trust}, ${end}`;
}
