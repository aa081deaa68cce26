/**
 * Who may import whom (docs: README, "The house"). Arrows point down only:
 * main → compose → features → { gateway, platform } → core; the sandbox beside them.
 * Each rule is shown to bite by a planted violation in layers.ts.
 */
const FEATURE_ORDER = [
  ['reports', 'evidence', 'requests'],
  ['verification', 'attributes'],
  ['status', 'consents', 'my-number', 'faces'],
  ['subjects', 'challenges'],
  ['retention', 'jobs', 'keys', 'webhooks'],
  ['tenants'],
  ['audit'],
];

/** A feature may import another's service only further to the right of the order. */
const featureRules = FEATURE_ORDER.map((names, rank) => ({
  name: `feature-order-${rank + 1}`,
  severity: 'error',
  from: { path: `^src/features/(${names.join('|')})/` },
  to: {
    path: `^src/features/(${FEATURE_ORDER.slice(0, rank + 1)
      .flat()
      .join('|')})/`,
    // caller.ts is the type of who calls, for everyone
    pathNot: '^src/features/($1/|tenants/caller\\.ts$)',
  },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'core-imports-core-alone',
      comment: 'the core is pure: no Node, no package, no other layer',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: '^src/core/' },
    },
    {
      name: 'platform-looks-down',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/(platform|core)/' },
    },
    {
      name: 'gateway-looks-down',
      severity: 'error',
      from: { path: '^src/gateway/' },
      to: { path: '^src/', pathNot: '^src/(gateway|platform|core)/' },
    },
    {
      name: 'features-look-down',
      severity: 'error',
      from: { path: '^src/features/' },
      to: { path: '^src/', pathNot: '^src/(features|gateway|platform|core)/' },
    },
    {
      name: 'another-feature-by-its-service',
      comment: 'never its store, routes or jobs; caller.ts is the type of who calls',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/[^/]+/', pathNot: '^src/features/($1/|[^/]+/(service|caller)\\.ts$)' },
    },
    ...featureRules,
    {
      name: 'sandbox-stands-alone',
      comment: 'reached by the rest over real protocols only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox/|compose/sandbox-surroundings\\.ts$|cli/)' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'sandbox-uses-core-alone',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/', pathNot: '^src/(sandbox|core)/' },
    },
    {
      name: 'compose-and-main-are-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts$|compose\\.ts$|compose/|cli/)' },
      to: { path: '^src/(main|compose)\\.ts$|^src/(compose|cli)/' },
    },
    {
      name: 'certificate-builders-judge-nothing',
      comment: 'pkijs, asn1js, @peculiar and node-forge build what the sandbox issues and are oracles in tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sandbox/' },
      to: { path: '(^|node_modules/)(pkijs|asn1js|@peculiar/[^/]+|node-forge|reflect-metadata)(/|$)' },
    },
    {
      name: 'express-at-the-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(platform/http/|features/[^/]+/routes\\.ts$|sandbox/)' },
      to: { path: '(^|node_modules/)express(/|$)' },
    },
    {
      name: 'sql-in-stores',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(platform/database/|features/[^/]+/[a-z-]*store\\.ts$)' },
      to: { path: '(^|node_modules/)(knex|pg)(/|$)' },
    },
    {
      name: 'http-calls-from-the-gateway',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(platform/http-client/|gateway/)' },
      to: { path: '(^|node_modules/)axios(/|$)' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    parser: 'swc',
  },
};
