/** Jest as ESM over TypeScript sources, transformed by swc (TypeScript 7 has no JavaScript API for ts-jest). */
export default {
  rootDir: '..',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  coverageProvider: 'v8',
  testEnvironment: 'node',
  maxWorkers: 2,
  // It ends what hangs. That is all it is for: what a busy machine makes slow has failed nothing.
  testTimeout: 180_000,
};
