export interface Judged {
  readonly holds: boolean;
  readonly sentence: string;
}

/** What is read of a CycloneDX 1.5 bill of materials. */
export interface Bill {
  readonly components?: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses?: readonly {
      readonly license?: { readonly id?: string; readonly name?: string };
      readonly expression?: string;
    }[];
  }[];
}

/** Licences that a bank may run without asking: they demand notice, no source. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']);

/** What a registry answers that does not offer audits, or not to us. */
const NOT_OFFERED = new Set([403, 404, 405, 410, 501]);
/** No registry was there to ask (npm names it in its message alone): a machine that installs from its cache. */
const OUT_OF_REACH = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)\b/;

export function judgeLicences({ components = [] }: Bill): Judged {
  if (components.length === 0) return { holds: false, sentence: 'licences: npm sbom named no dependency.' };
  const strangers = components.flatMap(({ name, version, licenses = [] }) => {
    const named = licenses.map(({ license, expression }) => license?.id ?? expression ?? license?.name ?? 'unnamed');
    const allowed = named.length > 0 && named.every((licence) => ALLOWED.has(licence));
    return allowed ? [] : [`${name}@${version} (${named.join(', ') || 'none stated'})`];
  });
  return strangers.length === 0
    ? { holds: true, sentence: `licences: ${components.length} production dependencies, each of the list` }
    : { holds: false, sentence: `licences: not of the list: ${strangers.join('; ')}` };
}

/** Reads what `npm audit --json` printed and its exit code. */
export function judgeAudit({ status, output }: { readonly status: number | null; readonly output: string }): Judged {
  const fails = (why: string): Judged => ({ holds: false, sentence: `npm audit: ${why}` });
  let report: Record<string, unknown>;
  try {
    report = JSON.parse(output) as Record<string, unknown>;
  } catch {
    return fails('it answered nothing that can be read.');
  }
  const { statusCode, metadata, vulnerabilities } = report;
  if (typeof statusCode === 'number' && NOT_OFFERED.has(statusCode)) {
    return { holds: true, sentence: `npm audit: could not be asked, the registry does not offer it (${statusCode})` };
  }
  if (OUT_OF_REACH.test(String(report.message))) {
    return { holds: true, sentence: 'npm audit: could not be asked, the registry is out of reach' };
  }
  const total = (metadata as { vulnerabilities?: { total?: unknown } } | undefined)?.vulnerabilities?.total;
  if (typeof total !== 'number') return fails(`it failed: ${String(report.message ?? 'no reason given')}`);
  if (total > 0) return fails(`${total} found: ${Object.keys(vulnerabilities ?? {}).join(', ')}`);
  return status === 0 ? { holds: true, sentence: 'npm audit: nothing found' } : fails(`exit code ${status}`);
}
