export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings out of an environment and gathers what is wrong with them as sentences, so that an operator sees all of
 * it at once. An empty value counts as absent. Values are never repeated in a sentence: they may be secrets.
 */
export interface SettingsReader {
  readonly problems: string[];
  has(name: string): boolean;
  report(sentence: string): void;
  text(name: string): string | undefined;
  /** `NAME`, or the content of the file that `NAME_FILE` names, without its last line end. */
  secret(name: string): string | undefined;
  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T;
  integer(name: string, range: { min: number; max: number; fallback: number }): number;
  url(name: string, protocols: readonly string[], value?: string): string | undefined;
  /** Comma-separated. `decode` gives undefined for what it does not understand. */
  list<T>(name: string, shape: string, decode: (item: string) => T | undefined): T[];
}

export function createSettingsReader(env: Environment, readFile: (path: string) => string): SettingsReader {
  const problems: string[] = [];
  const report = (sentence: string) => {
    problems.push(sentence);
  };
  const text = (name: string) => env[name]?.trim() || undefined;
  return {
    problems,
    report,
    text,
    has: (name) => text(name) !== undefined,
    secret: (name) => readSecret(name, text, readFile, report),
    oneOf(name, values, fallback) {
      const value = text(name) ?? fallback;
      const found = values.find((known) => known === value);
      if (found === undefined) report(`${name} must be one of ${values.join(', ')}.`);
      return found ?? fallback;
    },
    integer(name, { min, max, fallback }) {
      const value = text(name);
      if (value === undefined) return fallback;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      report(`${name} must be a whole number from ${min} to ${max}.`);
      return fallback;
    },
    url(name, protocols, value = text(name)) {
      if (value === undefined) return undefined;
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
      report(`${name} must be an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}.`);
      return undefined;
    },
    list(name, shape, decode) {
      const items = (text(name) ?? '').split(',').map((item) => item.trim());
      return items
        .filter((item) => item !== '')
        .flatMap((item) => {
          const value = decode(item);
          if (value === undefined) report(`${name} must be a comma-separated list of ${shape}.`);
          return value === undefined ? [] : [value];
        });
    },
  };
}

function readSecret(
  name: string,
  text: (name: string) => string | undefined,
  readFile: (path: string) => string,
  report: (sentence: string) => void,
): string | undefined {
  const path = text(`${name}_FILE`);
  const value = text(name);
  if (path === undefined) return value;
  if (value !== undefined) {
    report(`${name} and ${name}_FILE are both set: keep one of them.`);
    return undefined;
  }
  try {
    const content = readFile(path).replace(/\r?\n$/, '');
    if (content !== '') return content;
    report(`The file that ${name}_FILE names is empty.`);
  } catch {
    report(`The file that ${name}_FILE names cannot be read: name one that this user may read.`);
  }
  return undefined;
}
