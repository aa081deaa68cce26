import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runDemo } from '../../src/cli/demo.ts';
import { type SandboxService, startSandboxService } from './sandbox-service.ts';

let service: SandboxService;
beforeAll(async () => {
  // below the stalls of the tour
  service = await startSandboxService({ OCSP_TIMEOUT_MS: '10000' });
});
afterAll(() => service?.stop());

it('the whole tour comes as it says, and leaves no fault behind', async () => {
  const lines: string[] = [];
  const targets = { serviceUrl: service.url, sandboxUrl: service.sandboxUrl, apiKey: service.apiKey };
  const kept = await runDemo({ ...targets, print: (line) => void lines.push(line) });
  // the text first: it says what came otherwise
  expect(lines.join('\n')).not.toContain('✗');
  expect(lines.at(-1)).toContain('Everything came as the tour says.');
  expect(kept).toBe(true);
  expect(await service.sandbox('GET', '/faults')).toEqual({ faults: [] });
});
