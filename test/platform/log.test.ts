import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../src/platform/log.ts';
import { beginRequest, runInWork } from '../../src/platform/telemetry/current-work.ts';

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

  it('names the request at work, its trace and its tenant, however deep down, until it is over', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => lines.push(line) });
    const work = beginRequest(undefined, 'r-1', `00-${trace}-b7ad6b7169203331-01`);
    await runInWork(work, async () => {
      await Promise.resolve();
      work.ids.tenantId = 't-1';
      await new Promise<void>((resolve) =>
        setTimeout(() => resolve(log.warn('ocsp.fetch-failed', { code: 'timeout' })), 1),
      );
      log.info('sweep.done', { requestId: 'r-2' });
      work.ids.isOver = true;
      log.warn('database.connection-lost');
    });
    log.info('sweep.done');
    const ids = { requestId: 'r-1', traceId: trace, tenantId: 't-1' };
    const facts = lines.map((line) => {
      const { level, time, ...rest } = JSON.parse(line);
      return rest;
    });
    expect(facts).toEqual([
      { event: 'ocsp.fetch-failed', ...ids, code: 'timeout' },
      { event: 'sweep.done', ...ids, requestId: 'r-2' },
      { event: 'database.connection-lost' },
      { event: 'sweep.done' },
    ]);
  });

  it('leaves the messages of errors out, also of their causes: drivers quote data in them', () => {
    const cause = Object.assign(new Error('Key (name)=(SENTINEL) already exists'), { code: '23505' });
    const [line] = written((log) => log.error('http.request-failed', { error: new TypeError('SENTINEL', { cause }) }));
    expect(JSON.stringify(line)).not.toContain('SENTINEL');
    expect(line).toMatchObject({ error: { name: 'TypeError', at: expect.any(Array), cause: { code: '23505' } } });
  });
});

describe('the batched log', () => {
  const argumentsOf = (code: string) => {
    const module = new URL('../../src/platform/log.ts', import.meta.url).href;
    const program = `import { createBatchedLog } from '${module}'; const log = createBatchedLog('info', 1); ${code}`;
    return ['--input-type=module', '-e', program];
  };
  const logsOf = (code: string) => {
    const { status, stdout } = spawnSync(process.execPath, argumentsOf(code));
    const lines = stdout.toString().trimEnd().split('\n');
    return { status, events: lines.map((line) => JSON.parse(line).event) };
  };

  it('has every line, in order, at the end of the process', () => {
    const { status, events } = logsOf(
      `for (let i = 0; i < 999; i++) log.info('http.request'); log.warn('sweep.failed')`,
    );
    expect(status).toBe(0);
    expect(events).toEqual([...Array.from({ length: 999 }, () => 'http.request'), 'sweep.failed']);
  });

  it.each([
    ['is ended', 'process.exit(7)', 7],
    ['breaks', 'throw new Error()', 1],
  ])('has the last lines of a process that %s', (_how, end, code) => {
    expect(logsOf(`log.info('service.started'); ${end}`)).toEqual({ status: code, events: ['service.started'] });
  });

  it('shows a line without waiting for more of them, or for the end', async () => {
    const child = spawn(process.execPath, argumentsOf(`log.info('service.started'); setInterval(() => {}, 60_000)`));
    const [line] = await once(child.stdout, 'data');
    expect(JSON.parse(line).event).toBe('service.started');
    child.kill('SIGKILL');
  });
});
