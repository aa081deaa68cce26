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
  coverageProvider: 'v8',
  testEnvironment: 'node',
  maxWorkers: 2,
  testTimeout: 30_000,
};
