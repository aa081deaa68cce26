import type { RunningService } from '../compose.ts';

/** Base64 of 「口座開設を申し込みます」: something to sign. */
const CONTENT = Buffer.from('口座開設を申し込みます', 'utf8').toString('base64');

/** What the terminal shows once the service runs. */
export function welcomeLines(service: RunningService, mode: 'sandbox' | 'production'): readonly string[] {
  const { url, sandbox, notes } = service;
  const lines = [
    '',
    `jpki-verifier (${mode})`,
    `  service   ${url}`,
    `  docs      ${url}/docs`,
    ...(sandbox === undefined ? [] : [`  sandbox   ${sandbox.url}`, `  API key   ${sandbox.apiKey}`]),
    ...notes.map((note) => `  note      ${note}`),
  ];
  const ends = ['', 'Ctrl-C stops everything; the data is kept. (終了は Ctrl-C。データは残ります。)', ''];
  if (sandbox === undefined) return [...lines, ...ends];
  return [
    ...lines,
    '',
    'A card of the sandbox signs, the service verifies (paste it; it says TOTAL-PASSED):',
    '',
    exampleCommand(url, sandbox),
    '',
    'The tour: npm run demo, in a second terminal.',
    ...ends,
  ];
}

/** The sandbox's answer to the first is the body of the second: signed afresh each time, so that it never expires. */
function exampleCommand(url: string, sandbox: { url: string; apiKey: string }): string {
  const json = "-H 'Content-Type: application/json'";
  const body = JSON.stringify({ purpose: 'account-opening', content: CONTENT });
  const sign = `curl -sS ${sandbox.url}/residents/mihon-taro/signatures ${json} -d '${body}'`;
  return `${sign} | curl -sS ${url}/jpki/verify -H 'Authorization: Bearer ${sandbox.apiKey}' ${json} -d @-`;
}
