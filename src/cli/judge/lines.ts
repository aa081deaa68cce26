/** A request of the service has 16 MiB of octets at most; in base64, with room for the rest. */
export const MAX_LINE = 32 * 1024 * 1024;

/** The lines of a stream without their ends; `undefined` in place of one of more than `limit` octets, which is not kept. */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  limit: number = MAX_LINE,
): AsyncGenerator<Uint8Array | undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const last = chunk.subarray(start, end);
      const line = length + last.length > limit ? undefined : Buffer.concat([...parts, last]);
      // Before it is handed on: who takes it may take long.
      parts = [];
      length = 0;
      start = end + 1;
      yield line;
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    if (length > limit) parts = [];
    // A copy, for a part must not hold the chunk that it came in.
    else if (rest.length > 0) parts.push(Uint8Array.from(rest));
  }
  if (length === 0) return;
  const line = length > limit ? undefined : Buffer.concat(parts);
  parts = [];
  yield line;
}
