/** Values by the field that they went through. */
export type Sentinels = Readonly<Record<string, readonly Uint8Array[]>>;

/** Fewer octets would be found by chance. */
const FEWEST_OCTETS = 5;

/** The ways in which octets may have been written down somewhere: as they are, as hex, base64, UTF-16, escaped. */
export function formsOf(octets: Uint8Array): readonly Buffer[] {
  const raw = Buffer.from(octets);
  const hex = raw.toString('hex');
  const texts = [hex, hex.toUpperCase(), ...base64Forms(raw)];
  const forms = [raw, ...texts.map((text) => Buffer.from(text))];
  const text = raw.toString('utf8');
  if (Buffer.from(text).equals(raw)) {
    const utf16 = Buffer.from(text, 'utf16le');
    const escaped = text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const percent = encodeURIComponent(text);
    forms.push(utf16, Buffer.from(utf16).swap16(), Buffer.from(escaped), Buffer.from(percent));
  }
  return forms.filter((form) => form.length >= FEWEST_OCTETS);
}

/** At each of the three places within a longer text, without the characters that neighbours have a part in. */
function base64Forms(octets: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), octets]).toString('base64');
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + octets.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** `field in place`, for each that stands there in any form. */
export function findSentinels(sentinels: Sentinels, places: Readonly<Record<string, Buffer>>): readonly string[] {
  const found = Object.entries(sentinels).flatMap(([field, values]) =>
    Object.entries(places).flatMap(([place, octets]) =>
      values.some((value) => formsOf(value).some((form) => octets.includes(form))) ? [`${field} in ${place}`] : [],
    ),
  );
  return found;
}

/** JSON Pointers of what a document marks `x-personal: true`. */
export function personalFields(value: unknown, pointer = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as Record<string, unknown>)['x-personal'] === true ? [pointer] : [];
  return [...own, ...Object.entries(value).flatMap(([name, inner]) => personalFields(inner, `${pointer}/${name}`))];
}
