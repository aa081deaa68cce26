import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CryptoPrimitives } from '../../core/crypto.ts';
import { MAX_CRL_SIZE } from '../../core/der/limits.ts';
import { authenticateCrl } from '../../core/revocation/authenticate-crl.ts';
import type { AuthenticCrl, Crl } from '../../core/revocation/crl.ts';
import { isRefusal, refuse } from '../../core/revocation/evidence.ts';
import type { Refusal } from '../../core/revocation/status.ts';
import type { IssuerKey } from '../../core/x509/path/path.ts';
import type { Log } from '../../platform/log.ts';
import { decodeCrlFile } from './crl-file.ts';
import type { ShelvedCrl } from './crl-shelf.ts';

const CRL_FILE = /\.(crl|der|pem)$/i;
const PARALLEL_STATS = 32;

export interface CrlDirectoryOptions {
  readonly directory: string;
  /** The CA keys whose CRLs are taken in. */
  readonly issuers: readonly IssuerKey[];
  readonly crypto: CryptoPrimitives;
  readonly log: Log;
}

/** A file as it was read: a new inode, size or time makes it another. */
interface HeldFile {
  readonly version: string;
  readonly crls: readonly AuthenticCrl[];
}

/**
 * The CRL files of a directory, read again only when they change. A file that cannot be used leaves what its predecessor
 * of the same name held: that goes stale by itself.
 */
export class CrlDirectory {
  private readonly options: CrlDirectoryOptions;
  private files: ReadonlyMap<string, HeldFile> = new Map();

  constructor(options: CrlDirectoryOptions) {
    this.options = options;
  }

  get crls(): readonly ShelvedCrl[] {
    return [...this.files].flatMap(([source, { crls }]) => crls.map((crl) => ({ source, crl })));
  }

  /** Reads what has changed; true when anything has. Rejects when the directory cannot be listed. */
  async refresh(): Promise<boolean> {
    const names = (await readdir(this.options.directory)).filter((name) => CRL_FILE.test(name)).sort();
    const next = new Map<string, HeldFile>();
    let changed = false;
    for (let i = 0; i < names.length; i += PARALLEL_STATS) {
      const batch = names.slice(i, i + PARALLEL_STATS);
      const versions = await Promise.all(batch.map((name) => this.versionOf(name)));
      for (const [k, name] of batch.entries()) {
        const version = versions[k];
        if (version === undefined) continue;
        const held = this.files.get(name);
        if (held?.version !== version) changed = true;
        next.set(name, held?.version === version ? held : await this.readAgain(name, version, held));
      }
    }
    if (next.size !== this.files.size) changed = true;
    this.files = next;
    return changed;
  }

  private async versionOf(name: string): Promise<string | undefined> {
    try {
      const facts = await stat(join(this.options.directory, name), { bigint: true });
      return facts.isFile() ? `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}` : undefined;
    } catch {
      // Renamed away since the directory was listed.
      return undefined;
    }
  }

  private async readAgain(name: string, version: string, held: HeldFile | undefined): Promise<HeldFile> {
    // Authenticating a long list takes a while: others get their turn in between.
    await setImmediate();
    const outcome = await this.read(name);
    const { log } = this.options;
    if (isRefusal(outcome)) {
      log.warn('crl.refused', { file: name, code: outcome.refused, detail: outcome.detail });
      return { version, crls: held?.crls ?? [] };
    }
    log.info('crl.loaded', {
      file: name,
      crls: outcome.length,
      entries: outcome.reduce((n, c) => n + c.entryCount, 0),
    });
    return { version, crls: outcome };
  }

  private async read(name: string): Promise<readonly AuthenticCrl[] | Refusal> {
    const content = await readWhole(join(this.options.directory, name));
    if (!Buffer.isBuffer(content)) return content;
    const crls = decodeCrlFile(content);
    if (isRefusal(crls)) return crls;
    const authentic: AuthenticCrl[] = [];
    for (const crl of crls) {
      const outcome = this.authenticate(crl);
      if (isRefusal(outcome)) return outcome;
      authentic.push(outcome);
    }
    return authentic;
  }

  /** Generations of a CA share one name: the key is found by key identifier, or by trying. */
  private authenticate(crl: Crl): AuthenticCrl | Refusal {
    let refusal = refuse('wrong-issuer', 'the CRL is not of a CA that is trusted');
    for (const issuer of this.options.issuers) {
      const outcome = authenticateCrl(crl, issuer, this.options.crypto);
      if (!isRefusal(outcome)) return outcome;
      if (outcome.refused !== 'wrong-issuer') refusal = outcome;
    }
    return refusal;
  }
}

async function readWhole(path: string): Promise<Buffer | Refusal> {
  try {
    if ((await stat(path)).size > MAX_CRL_SIZE) return refuse('too-large', `more than ${MAX_CRL_SIZE} octets`);
    return await readFile(path);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    return refuse('connection-failed', typeof code === 'string' ? code : 'the file cannot be read');
  }
}
