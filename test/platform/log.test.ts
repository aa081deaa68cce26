import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/platform/log.ts';

function written(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog('info', { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

describe('the log', () => {
  it('writes level, time, event and facts as JSON lines', () => {
    const [line] = written((log) => log.warn('crl.refused', { code: 'stale', count: 2 }));
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/Z$/),
      event: 'crl.refused',
      code: 'stale',
      count: 2,
    });
  });

  it('holds its level', () => {
    expect(written((log) => log.debug('http.request'))).toEqual([]);
  });

  it('leaves the messages of errors out, also of their causes: drivers quote data in them', () => {
    const cause = Object.assign(new Error('Key (name)=(SENTINEL) already exists'), { code: '23505' });
    const [line] = written((log) => log.error('http.request-failed', { error: new TypeError('SENTINEL', { cause }) }));
    expect(JSON.stringify(line)).not.toContain('SENTINEL');
    expect(line).toMatchObject({ error: { name: 'TypeError', at: expect.any(Array), cause: { code: '23505' } } });
  });
});
