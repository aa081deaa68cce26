/** base64 of RFC 4648 §4: standard alphabet, padding, unused bits zero; nothing else (no line breaks, no URL alphabet). */
export function isBase64(text: string): boolean {
  // What Node decodes in spite of anything else is not what it writes again. A pattern takes ten times as long.
  return text.length % 4 === 0 && Buffer.from(text, 'base64').toString('base64') === text;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?Z$/;

/** RFC 3339 in UTC with `Z`, of a day that exists; no leap seconds, which PostgreSQL and JavaScript cannot hold. */
export function isInstant(text: string): boolean {
  const seconds = INSTANT.exec(text)?.[1];
  if (seconds === undefined) return false;
  const time = Date.parse(`${seconds}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(seconds);
}
