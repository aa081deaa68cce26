import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A case of the judge beside what its publisher expects. */
export interface ConformanceCase {
  readonly section: string;
  readonly judge: { readonly id: string } & Readonly<Record<string, unknown>>;
  /** `either`: the publisher leaves it open. */
  readonly expected: 'valid' | 'invalid' | 'either';
}

interface PkitsCase {
  readonly id: string;
  readonly section: string;
  readonly inputs: {
    readonly trust_anchor: string;
    readonly chain: readonly string[];
    readonly target: string;
    readonly crls: readonly string[];
  };
  readonly settings: {
    readonly initial_policy_set_oids: readonly string[];
    readonly initial_explicit_policy: boolean;
    readonly initial_policy_mapping_inhibit: boolean;
    readonly initial_inhibit_any_policy: boolean;
  };
  readonly time: string;
  readonly expected: 'valid' | 'invalid';
}

interface OcspCase {
  readonly id: string;
  readonly group: string;
  readonly inputs: {
    readonly response: string;
    readonly trust_anchor: string;
    readonly issuer_cert: string;
    readonly extra_certs: readonly string[];
    readonly cert: string | null;
  };
  readonly settings: { readonly max_age_seconds?: number };
  readonly time: string;
  readonly expected: 'valid' | 'invalid';
}

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

/** The corpora that `folder` holds, by name; one that is absent is undefined. */
export const CORPORA: Readonly<Record<string, (folder: string) => readonly ConformanceCase[] | undefined>> = {
  PKITS: readPkits,
  OCSP: (folder) => readOcsp(folder, true),
  'OCSP without legacyAlgorithms': (folder) => readOcsp(folder, false),
  Wycheproof: readWycheproof,
};

function readManifest<T>(folder: string): readonly T[] | undefined {
  const file = join(folder, 'manifest.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly T[] }).cases : undefined;
}

function readPkits(corpora: string): readonly ConformanceCase[] | undefined {
  const folder = join(corpora, 'pkits');
  const path = (name: string) => join(folder, name);
  return readManifest<PkitsCase>(folder)?.map(({ id, section, inputs, settings, time, expected }) => ({
    section: `PKITS ${section}`,
    expected,
    judge: {
      id: `pkits/${id}`,
      kind: 'path',
      at: time,
      anchors: [path(inputs.trust_anchor)],
      untrusted: inputs.chain.map(path),
      target: path(inputs.target),
      crls: inputs.crls.map(path),
      settings: {
        initialPolicySet: settings.initial_policy_set_oids,
        initialExplicitPolicy: settings.initial_explicit_policy,
        initialPolicyMappingInhibit: settings.initial_policy_mapping_inhibit,
        initialAnyPolicyInhibit: settings.initial_inhibit_any_policy,
        revocation: 'all',
      },
    },
  }));
}

/** The corpus trusts an anchor; where the issuer is another certificate, it has to be found below it. */
function readOcsp(corpora: string, legacyAlgorithms: boolean): readonly ConformanceCase[] | undefined {
  const folder = join(corpora, 'ocsp');
  const path = (name: string) => join(folder, name);
  return readManifest<OcspCase>(folder)?.map(({ id, group, inputs, settings, time, expected }) => ({
    section: legacyAlgorithms ? `OCSP ${group}` : `OCSP ${group}, without legacyAlgorithms`,
    expected,
    judge: {
      id: `${legacyAlgorithms ? 'ocsp' : 'ocsp-strict'}/${id}`,
      kind: 'ocsp',
      at: time,
      response: path(inputs.response),
      issuer: path(inputs.trust_anchor),
      ...(inputs.cert === null ? {} : { certificate: path(inputs.cert) }),
      untrusted: [...new Set([inputs.issuer_cert, ...inputs.extra_certs])].map(path),
      ...(settings.max_age_seconds === undefined ? {} : { maxAgeSeconds: settings.max_age_seconds }),
      settings: { legacyAlgorithms },
    },
  }));
}

/** The algorithm that a vector file is about. */
function jwaNameOf(file: string): string | undefined {
  const hash = /_sha(256|384|512)_/.exec(file)?.[1];
  if (/^ecdsa_secp(256|384)r1_/.test(file)) return `ES${hash}`;
  if (file.startsWith('rsa_pss_')) return `PS${hash}`;
  return file.startsWith('rsa_signature_') ? `RS${hash}` : undefined;
}

function readWycheproof(corpora: string): readonly ConformanceCase[] | undefined {
  const folder = join(corpora, 'wycheproof');
  const manifest = readManifest<{ readonly file: string }>(folder);
  const files = manifest && [...new Set(manifest.map(({ file }) => file))];
  return files?.flatMap((path) => {
    const file = path.slice(path.lastIndexOf('/') + 1);
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
    const { testGroups } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as WycheproofFile;
    return testGroups.flatMap(({ publicKeyDer, tests }) =>
      tests.map(({ tcId, msg, sig, result }) => ({
        section: `Wycheproof ${file}`,
        expected: result === 'acceptable' ? ('either' as const) : result,
        judge: {
          id: `wycheproof/${file}#${tcId}`,
          kind: 'signature',
          algorithm: jwaNameOf(file),
          publicKey: base64(publicKeyDer),
          message: base64(msg),
          signature: base64(sig),
          encoding: file.includes('p1363') ? 'p1363' : 'der',
          settings: { legacyAlgorithms: true },
        },
      })),
    );
  });
}
