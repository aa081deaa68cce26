import { CaseProblem } from './verdict.ts';

/** Files in one list of a case. */
const MAX_LIST = 1024;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** RFC 3339 §5.6; the offset may be any. */
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;
const MAX_AGE = 1e11;

/** The fields of a case, or of its settings; every reader throws CaseProblem for what it does not find as it should be. */
export class CaseFields {
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly prefix: string;

  constructor(value: unknown, known: readonly string[], prefix = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new CaseProblem(`${prefix === '' ? 'the case' : prefix} is not a JSON object`);
    const unknown = Object.keys(value).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new CaseProblem(`"${`${prefix}${unknown}`.slice(0, 64)}" is not known here`);
    this.values = value as Readonly<Record<string, unknown>>;
    this.prefix = prefix;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name) && this.values[name] !== null;
  }

  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== 'string') throw this.problem(name, 'must be a string');
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
      throw this.problem(name, 'must be a list of strings');
    if (value.length > MAX_LIST) throw this.problem(name, `has more than ${MAX_LIST} members`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.value(name) ?? false;
    if (typeof value !== 'boolean') throw this.problem(name, 'must be true or false');
    return value;
  }

  seconds(name: string): number | undefined {
    const value = this.value(name) ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !(value >= 0 && value <= MAX_AGE))
      throw this.problem(name, 'must be a number of seconds');
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[], usual?: T): T {
    const value = this.value(name) ?? usual;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.problem(name, `must be one of ${choices.join(', ')}`);
    return found;
  }

  octets(name: string): Uint8Array {
    const text = this.text(name);
    if (text.length % 4 !== 0 || !BASE64.test(text)) throw this.problem(name, 'must be base64');
    return Uint8Array.from(Buffer.from(text, 'base64'));
  }

  /** Milliseconds since 1970. */
  instant(name: string): number {
    const text = this.text(name);
    const [, year, month, day, hour, minute, second, fraction = '', offset = ''] = INSTANT.exec(text) ?? [];
    // A calendar has that day, and a leap second is the last of its minute.
    const seconds = second === '60' ? '59' : second;
    const local = `${year}-${month}-${day}T${hour}:${minute}:${seconds}`;
    const utc = Date.parse(`${local}${fraction.slice(0, 4)}${offset.toUpperCase()}`);
    const plain = Date.parse(`${local}Z`);
    if (Number.isNaN(utc) || Number.isNaN(plain) || !new Date(plain).toISOString().startsWith(local))
      throw this.problem(name, 'must be an instant as RFC 3339 writes it');
    return utc;
  }

  raw(name: string): unknown {
    return this.value(name);
  }

  settings(known: readonly string[]): CaseFields {
    return new CaseFields(this.value('settings') ?? {}, known, 'settings.');
  }

  private value(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  private problem(name: string, sentence: string): CaseProblem {
    return new CaseProblem(`"${this.prefix}${name}" ${sentence}`);
  }
}

/** Fields that every case has. */
export const COMMON = ['id', 'kind', 'at', 'settings'] as const;
