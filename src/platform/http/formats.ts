/** base64 of RFC 4648 §4: standard alphabet, padding, unused bits zero; nothing else (no line breaks, no URL alphabet). */
export function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (/[^A-Za-z0-9+/]/.test(text.slice(0, text.length - padding))) return false;
  const last = text.slice(-4);
  return Buffer.from(last, 'base64').toString('base64') === last;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?Z$/;

/** RFC 3339 in UTC with `Z`, of a day that exists; no leap seconds, which PostgreSQL and JavaScript cannot hold. */
export function isInstant(text: string): boolean {
  const seconds = INSTANT.exec(text)?.[1];
  if (seconds === undefined) return false;
  const time = Date.parse(`${seconds}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(seconds);
}
