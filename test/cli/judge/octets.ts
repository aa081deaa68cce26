/** The DER in a file that may be PEM. */
export function decodePemOrDer(content: Uint8Array): Uint8Array {
  const text = Buffer.from(content).toString('latin1');
  if (!text.startsWith('-----BEGIN ')) return content;
  return Buffer.from(text.replaceAll(/-----[^-]+-----/g, ''), 'base64');
}
