import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Instant } from '../../core/instant.ts';
import type { IssuerKey } from '../../core/x509/path/path.ts';
import { CrlDirectory, type CrlDirectoryOptions } from './crl-directory.ts';
import { buildCrlShelf, type CrlShelf } from './crl-shelf.ts';
import { NewestLists } from './newest-lists.ts';
import type { CrlLoaded, CrlSource } from './revocation-sources.ts';

/** The state of one CRL at hand, for those who run the service. */
export interface CrlDescription {
  readonly source: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  readonly entryCount: number;
}

export interface DirectoryCrlSource extends CrlSource {
  /** Looks at the directory now, as the start of the service does. False when it cannot be read. */
  refresh(): Promise<boolean>;
  describeCrls(): readonly CrlDescription[];
}

export interface DirectoryCrlSourceOptions extends CrlDirectoryOptions {
  /** CA keys (SHA-256 of the SubjectPublicKeyInfo, hexadecimal) whose CRLs here cover every certificate of the key. */
  readonly undivided: readonly { readonly spkiSha256: string }[];
  /** How long one call waits for a look at the directory before it makes do with what is at hand. */
  readonly waitMs?: number;
}

const LOOK_EVERY_MS = 1000;
/** A directory whose time has not changed may still hold a file that was written over in place. */
const LIST_EVERY_MS = 60_000;
/** File times are kept in ticks: one this young may hide a second change. */
const TIME_GRANULARITY_MS = 2000;

/**
 * CRLs in the files `*.crl`, `*.der` and `*.pem` of a directory, DER or PEM, indexed by CA key and distribution point; the
 * names mean nothing. Files are replaced by rename, and looked for at most once a second.
 */
export function createDirectoryCrlSource(options: DirectoryCrlSourceOptions): DirectoryCrlSource {
  const { directory, log, waitMs = 2000 } = options;
  const source = basename(directory);
  const files = new CrlDirectory(options);
  const undividedPins = new Set(options.undivided.map(({ spkiSha256 }) => spkiSha256.toLowerCase()));
  const newest = new NewestLists();
  let shelf: CrlShelf = buildCrlShelf([]);
  let readable: boolean | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let listed = { at: Number.NEGATIVE_INFINITY, directoryTime: '' };
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    try {
      // The clock that file times are of, not the one that verdicts are made by.
      const startedAt = Date.now();
      const { mtimeNs } = await stat(directory, { bigint: true });
      const directoryTime = String(mtimeNs);
      const settled = listed.at - Number(mtimeNs / 1_000_000n) > TIME_GRANULARITY_MS;
      const same = directoryTime === listed.directoryTime && settled;
      if (!same || startedAt - listed.at >= LIST_EVERY_MS) {
        if (await files.refresh()) {
          shelf = buildCrlShelf(files.crls);
          newest.remember(shelf.all);
        }
        listed = { at: startedAt, directoryTime };
      }
      readable = true;
    } catch (error) {
      if (readable !== false) log.error('crl.refused', { code: 'connection-failed', error: error as Error });
      readable = false;
    }
  };
  const refresh = async (): Promise<boolean> => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    await looking;
    return readable === true;
  };

  return {
    refresh,
    async loadCrls(issuer, points) {
      const now = performance.now();
      if (now - lookedAt >= LOOK_EVERY_MS) {
        lookedAt = now;
        await atMost(refresh(), waitMs);
      } else if (looking !== undefined) await atMost(looking, waitMs);
      const found = shelf.find(issuer, points);
      const undivided = undividedPins.size > 0 && undividedPins.has(spkiSha256(issuer));
      const loaded: CrlLoaded[] = found.map((one) => ({
        ok: true,
        ...one,
        undivided,
        supersededAt: newest.supersededAt(one.crl),
      }));
      const lack =
        readable === true ? (found.length === 0 ? NO_LIST : undefined) : readable === false ? UNREADABLE : UNREAD;
      if (lack !== undefined) loaded.push({ ok: false, source, ...lack });
      return loaded;
    },
    describeCrls: () =>
      shelf.all.map(({ source: file, crl: { crl, entryCount } }) => ({
        source: file,
        thisUpdate: crl.thisUpdate,
        nextUpdate: crl.nextUpdate,
        entryCount,
      })),
  };
}

const NO_LIST = {
  code: 'no-crl-for-distribution-point',
  detail: 'no CRL of that CA key for that distribution point',
} as const;
const UNREADABLE = { code: 'connection-failed', detail: 'the directory of CRLs cannot be read' } as const;
const UNREAD = { code: 'timeout', detail: 'the directory of CRLs is still being read' } as const;

/** Where no CRL_DIR is set. */
export const noCrlSource: CrlSource = {
  loadCrls: async () => [{ ok: false, source: 'crl', code: 'not-configured', detail: 'no source of CRLs' }],
};

function spkiSha256(issuer: IssuerKey): string {
  return createHash('sha256').update(issuer.subjectPublicKeyInfo.der).digest('hex');
}

async function atMost(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
