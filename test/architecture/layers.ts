/**
 * The gate of `npm run check` over who may import whom. It first proves that it sees: for every rule a violation is planted
 * in a scratch tree and must be caught (with a missing parser, dependency-cruiser silently reads zero modules), then the
 * real tree must have modules and no violation. Prints one line; exit code 1 with the violations otherwise.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';

const root = join(import.meta.dirname, '..', '..');
const rules = createRequire(import.meta.url)('./layers.cjs') as {
  forbidden: readonly { readonly name: string }[];
  options: ICruiseOptions;
};

/** `[file, what it imports]`: each file breaks the rule of that name. */
const PLANTED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'no-cycles': [['src/core/a.ts', "import type { b } from './b.ts';\nexport type a = b;"]],
  'core-imports-core-alone': [['src/core/a.ts', "import 'node:fs';"]],
  'platform-looks-down': [['src/platform/a.ts', "import '../features/tenants/service.ts';"]],
  'gateway-looks-down': [['src/gateway/a.ts', "import '../features/tenants/service.ts';"]],
  'features-look-down': [['src/features/tenants/a.ts', "import '../../sandbox/a.ts';"]],
  'another-feature-by-its-service': [['src/features/verification/a.ts', "import '../tenants/store.ts';"]],
  'feature-order-1': [['src/features/reports/a.ts', "import '../evidence/service.ts';"]],
  'feature-order-2': [['src/features/verification/a.ts', "import '../reports/service.ts';"]],
  'feature-order-3': [['src/features/status/a.ts', "import '../verification/service.ts';"]],
  'feature-order-4': [['src/features/challenges/a.ts', "import '../verification/service.ts';"]],
  'feature-order-5': [['src/features/jobs/a.ts', "import '../subjects/service.ts';"]],
  'feature-order-6': [['src/features/tenants/a.ts', "import '../jobs/service.ts';"]],
  'feature-order-7': [['src/features/audit/a.ts', "import '../tenants/service.ts';"]],
  'sandbox-stands-alone': [
    ['src/platform/a.ts', "import '../sandbox/a.ts';"],
    ['src/compose/a.ts', "import '../sandbox/a.ts';"],
  ],
  'sandbox-uses-core-alone': [['src/sandbox/b.ts', "import '../platform/b.ts';"]],
  'compose-and-main-are-the-top': [
    ['src/features/tenants/a.ts', "import '../../compose.ts';"],
    ['src/platform/a.ts', "import '../compose/b.ts';"],
  ],
  'certificate-builders-judge-nothing': [['src/gateway/a.ts', "import 'pkijs';"]],
  'express-at-the-door': [['src/features/tenants/service.ts', "import 'express';"]],
  'sql-in-stores': [['src/features/tenants/service.ts', "import 'knex';"]],
  'http-calls-from-the-gateway': [['src/features/tenants/service.ts', "import 'axios';"]],
  resolvable: [['src/core/a.ts', "import './nowhere.ts';"]],
};

async function violationsIn(baseDir: string): Promise<{ readonly modules: number; readonly found: readonly string[] }> {
  const { output } = await cruise(['src'], {
    ...rules.options,
    ruleSet: { forbidden: rules.forbidden as never },
    validate: true,
    baseDir,
  });
  const { summary, modules } = output as ICruiseResult;
  return {
    modules: modules.filter((module) => module.source.startsWith('src/')).length,
    found: summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`),
  };
}

async function plant(files: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'layers-'));
  try {
    const targets = [
      'features/tenants/service',
      'features/tenants/store',
      'features/evidence/service',
      'features/reports/service',
    ];
    targets.push(
      'features/verification/service',
      'features/subjects/service',
      'features/jobs/service',
      'sandbox/a',
      'platform/b',
      'compose',
      'compose/b',
    );
    const ground = targets.map((name) => [`src/${name}.ts`, 'export const planted = 1;'] as const);
    const cycle = ['src/core/b.ts', "import type { a } from './a.ts';\nexport type b = a | 1;"] as const;
    for (const [file, text] of [...ground, cycle, ...files]) {
      mkdirSync(join(scratch, dirname(file)), { recursive: true });
      writeFileSync(join(scratch, file), `${text}\n`);
    }
    return (await violationsIn(scratch)).found;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const blind: string[] = [];
for (const { name } of rules.forbidden) {
  const planted = PLANTED[name];
  const found = planted === undefined ? [] : await plant(planted);
  const seen = (file: string) => found.some((violation) => violation.startsWith(`${name}: ${file} `));
  if (planted === undefined || !planted.every(([file]) => seen(file))) blind.push(name);
}
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const { modules, found } = await violationsIn(root);
if (blind.length > 0) console.error(`layers: the gate does not see its planted violations of: ${blind.join(', ')}`);
if (modules < sources.length) console.error(`layers: ${modules} modules read, but src/ holds ${sources.length}`);
for (const violation of found) console.error(`layers: ${violation}`);
if (blind.length > 0 || modules < sources.length || found.length > 0) process.exit(1);
console.log(`layers: ${modules} modules, ${rules.forbidden.length} rules, each shown to bite; no violation`);
