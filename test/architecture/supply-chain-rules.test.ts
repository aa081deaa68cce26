import { describe, expect, it } from '@jest/globals';
import { judgeAudit, judgeLicences } from './supply-chain-rules.ts';

const one = (licenses: object[]) => ({ components: [{ name: 'left-pad', version: '1.0.0', licenses }] });

describe('licences of production dependencies', () => {
  it('of the list pass', () => {
    expect(judgeLicences(one([{ license: { id: 'MIT' } }]))).toMatchObject({ holds: true });
  });
  it.each([
    ['another licence', one([{ license: { id: 'AGPL-3.0-only' } }])],
    ['one of the list beside another', one([{ license: { id: 'MIT' } }, { license: { id: 'SSPL-1.0' } }])],
    ['an expression that is no single licence', one([{ expression: '(MIT OR GPL-3.0)' }])],
    ['none stated', one([])],
  ])('%s fails by name', (_, bill) => {
    expect(judgeLicences(bill)).toEqual({ holds: false, sentence: expect.stringContaining('left-pad@1.0.0') });
  });
  it('no dependency at all fails: the bill was not made', () => {
    expect(judgeLicences({}).holds).toBe(false);
  });
});

describe('npm audit', () => {
  const found = (total: number) =>
    JSON.stringify({ metadata: { vulnerabilities: { total } }, vulnerabilities: { x: {} } });
  it('clean passes', () => {
    expect(judgeAudit({ status: 0, output: found(0) })).toMatchObject({ holds: true });
  });
  it('findings fail', () => {
    expect(judgeAudit({ status: 1, output: found(2) })).toEqual({ holds: false, sentence: 'npm audit: 2 found: x' });
  });
  it.each([403, 404, 405, 410, 501])('a registry that does not offer it (%i) passes, and says so', (statusCode) => {
    const judged = judgeAudit({ status: 1, output: JSON.stringify({ statusCode }) });
    expect(judged).toEqual({ holds: true, sentence: expect.stringContaining('could not be asked') });
  });
  it.each(['connect ECONNREFUSED 127.0.0.1:9', 'getaddrinfo ENOTFOUND nowhere.invalid'])(
    'a registry that is not there (%s) passes, and says so',
    (reason) => {
      const message = `request to https://registry.example/-/npm/v1/security failed, reason: ${reason}`;
      const judged = judgeAudit({ status: 1, output: JSON.stringify({ message }) });
      expect(judged).toEqual({ holds: true, sentence: expect.stringContaining('out of reach') });
    },
  );
  it.each([
    ['the registry out of order', 1, JSON.stringify({ statusCode: 503, message: 'no' })],
    ['an answer that no audit gives', 1, JSON.stringify({ message: 'unexpected' })],
    ['nothing printed', null, ''],
    ['an exit code without findings', 1, found(0)],
  ])('%s fails', (_, status, output) => {
    expect(judgeAudit({ status, output }).holds).toBe(false);
  });
});
