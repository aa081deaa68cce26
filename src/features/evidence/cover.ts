import type { PackageKind } from '../../core/evidence/manifest.ts';
import { formatInstant } from '../../core/rfc3339.ts';
import type { EvidenceOnFile } from '../verification/service.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] as string);

const INDICATIONS: Readonly<Record<string, string>> = {
  'TOTAL-PASSED': '有効（すべての検証に合格） / passed every check',
  'TOTAL-FAILED': '無効 / failed',
  INDETERMINATE: '判定できず / could not be determined',
};

const KINDS: Readonly<Record<PackageKind, string>> = {
  full: '完全な証拠一式 / everything that the verdict rests on',
  'service-provider':
    '電子証明書・シリアル番号・失効リストに代えて、そのダイジェストを収めています / digests in place of certificate, serial number and revocation list',
};

/** `unavailable`: one was asked for, and not to be had. */
export type TimestampState = 'stamped' | 'unavailable' | 'not-configured';

const TIMESTAMPS: Readonly<Record<TimestampState, string>> = {
  stamped: 'あり（manifest.tst、RFC 3161） / in manifest.tst (RFC 3161)',
  unavailable:
    'なし（時刻認証局から取得できませんでした） / none: it could not be had from the time stamping authority',
  'not-configured': 'なし（時刻認証局は設定されていません） / none: no time stamping authority is set',
};

const versionOf = (version: number | null | undefined): string | null =>
  version == null ? null : `第${version}版 / version ${version}`;

/** The cover page, for people: no script, nothing loaded, nothing of the person. */
export function buildCover(
  kind: PackageKind,
  { answer, verifiedAt, settings }: EvidenceOnFile,
  timestamp: TimestampState,
): string {
  const { verificationId, reference, purpose, indication, subIndication, revocation } = answer;
  const rows: readonly (readonly [string, string | null])[] = [
    ['検証番号 / verification', verificationId],
    ['照会番号 / reference', reference],
    ['目的 / purpose', purpose],
    ['検証日時 / verified at (UTC)', formatInstant(verifiedAt)],
    ['検証日時（日本時間） / in Japan', `${new Date(verifiedAt + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`],
    ['判定 / indication', `${indication} — ${INDICATIONS[indication] ?? ''}`],
    ['理由 / sub-indication', subIndication],
    ['失効情報 / revocation status', revocation?.status ?? null],
    ['適用した方針 / policy in force', versionOf(settings.policyVersion)],
    ['適用した設定 / deployment settings in force', versionOf(settings.rulesVersion)],
    ['タイムスタンプ / time stamp', TIMESTAMPS[timestamp]],
    ['内容 / contents', KINDS[kind]],
  ];
  const table = rows
    .filter((row): row is readonly [string, string] => row[1] !== null)
    .map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`);
  return `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>検証の証拠 / Evidence of a verification</title>
<style>body{font-family:sans-serif;margin:2em;max-width:60em}th{text-align:left;vertical-align:top;padding-right:1.5em}td,th{padding-bottom:.4em}</style>
</head>
<body>
<h1>検証の証拠 / Evidence of a verification</h1>
<table>
${table.join('\n')}
</table>
<h2>確かめ方 / How to verify it</h2>
<p>この一式は、ネットワークもデータベースも設定もない計算機で、あらためて判定できます。判定の時刻は検証日時です。</p>
<p>This package can be judged again on a machine without network, database or settings, as of the time above:</p>
<pre>jpki evidence verify FILE --trust SEAL-KEYS [--trust TSA-ROOT] [--anchor ROOT]</pre>
<p>この頁は読むためのもので、判定の根拠は同梱の各ファイルです。/ This page is for reading; what counts are the files beside it.</p>
</body>
</html>
`;
}
