import { startTestServer } from '../database-server.ts';
import { FIXTURE_NOW } from '../fixtures.ts';
import { FIXTURES, requestOf } from '../http/fixture-requests.ts';
import { type SandboxService, startSandboxService } from '../http/sandbox-service.ts';
import type { Bench } from './bench.ts';
import { median } from './statistics.ts';

const MOST_MS = 50;

/** Milliseconds from sending to the last octet of the answer. */
async function timeAnswer(service: SandboxService, body: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${service.apiKey}` };
  const startedAt = performance.now();
  const answer = await fetch(`${service.url}/jpki/verify`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  if (answer.status !== 200 && answer.status !== 422) throw new Error(`bad input was answered with ${answer.status}`);
  return performance.now() - startedAt;
}

/** Every fixture, one after the other, each as often as the rounds; the slowest median. Service and client in one process. */
async function timeFixtures(service: SandboxService, rounds: number): Promise<readonly [name: string, ms: number][]> {
  const bodies = FIXTURES.map((name) => [name, JSON.stringify(requestOf(name)), [] as number[]] as const);
  for (let round = -1; round < rounds; round++) {
    for (const [, body, times] of bodies) {
      const ms = await timeAnswer(service, body);
      if (round >= 0) times.push(ms); // the first round warms up
    }
  }
  return bodies.map(([name, , times]): [string, number] => [name, median(times)]).sort(([, a], [, b]) => b - a);
}

/** Hostile certificates and containers, over HTTP: how long the one takes that takes longest. */
export const httpBadInput: Bench = {
  name: 'http.bad-input',
  async run({ quick }) {
    const database = await startTestServer();
    process.env.JPKI_TEST_DATABASE = database.url;
    try {
      const service = await startSandboxService({}, { now: () => FIXTURE_NOW });
      try {
        const slowest = await timeFixtures(service, quick ? 3 : 15);
        const [[, ratio] = ['none', Number.NaN]] = slowest;
        const named = slowest.slice(0, 3).map(([name, ms]) => `${name} ${ms.toFixed(1)}`);
        const detail = `milliseconds, no peer, ${slowest.length} files: ${named.join(', ')}`;
        return { name: httpBadInput.name, ratio, wanted: `≤ ${MOST_MS} ms`, met: ratio <= MOST_MS, detail };
      } finally {
        await service.stop();
      }
    } finally {
      await database.stop();
    }
  },
};
