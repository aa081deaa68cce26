import type { BenchOptions, BenchResult } from '../bench.ts';
import { median, spread } from '../statistics.ts';
import { orderFloor } from './floor-order.ts';
import { startHelper } from './helper-process.ts';
import type { LoadOrder, LoadReport } from './load.ts';
import { layOut, type Surroundings } from './surroundings.ts';

const CONNECTIONS = 32;
/** By CRL with rights, limits, sealing under record keys and the audit trail on; nothing can be switched off for a bench. */
const LEAST = { crl: 0.55, ocsp: 0.7 } as const;

interface Shared {
  readonly surroundings: Surroundings;
  readonly floorPort: number;
}

let shared: Promise<Shared> | undefined;

/** One service, one floor and one database for every HTTP bench of a run. */
async function share(): Promise<Shared> {
  const surroundings = await layOut();
  try {
    // The certificates come on file, the code warms up, and there is a record for the floor to go by.
    await put(surroundings, { ...askService(surroundings, 'crl'), seconds: 2 });
    const floor = startHelper('floor.ts');
    surroundings.stops.add(() => floor.stop());
    const { port } = await floor.ask<{ port: number }>(await orderFloor(surroundings));
    return { surroundings, floorPort: port };
  } catch (error) {
    await surroundings.stops.run();
    throw error;
  }
}

export async function closeShared(): Promise<void> {
  const opened = await shared?.catch(() => undefined);
  shared = undefined;
  await opened?.surroundings.stops.run();
}

/** Requests per second of the service and of the floor, alternately; the median of their ratios. */
export async function compareHttp(
  name: string,
  method: 'crl' | 'ocsp',
  floorPath: string,
  { quick }: BenchOptions,
): Promise<BenchResult> {
  shared ??= share();
  const { surroundings, floorPort } = await shared;
  const seconds = quick ? 1 : 5;
  const ours = { ...askService(surroundings, method), seconds };
  const floor = { ...askFloor(surroundings, floorPort, floorPath), seconds };
  for (const order of [ours, floor]) await put(surroundings, { ...order, seconds: quick ? 0.7 : 4 });
  await surroundings.service.readFigures();
  const pairs: { readonly ours: LoadReport; readonly floor: LoadReport }[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round++) {
    if (round % 2 === 0) {
      const first = await put(surroundings, ours);
      pairs.push({ ours: first, floor: await put(surroundings, floor) });
    } else {
      const first = await put(surroundings, floor);
      pairs.push({ floor: first, ours: await put(surroundings, ours) });
    }
  }
  const figures = await surroundings.service.readFigures();
  const ratios = pairs.map((pair) => pair.ours.perSecond / pair.floor.perSecond);
  const ratio = median(ratios);
  const least = LEAST[method];
  const of = (side: 'ours' | 'floor') => describe(pairs.map((pair) => pair[side]));
  const detail = `ours ${of('ours')}, floor ${of('floor')}; rounds ${spread(ratios)}; ours at most ${figures.memoryMb.toFixed(0)} MB, longest stall ${figures.stallMs.toFixed(0)} ms`;
  return { name, ratio, wanted: `≥ ${least} × its requests/s`, met: ratio >= least, detail };
}

function describe(reports: readonly LoadReport[]): string {
  const middle = (figure: 'perSecond' | 'p50Ms' | 'p99Ms') => median(reports.map((report) => report[figure]));
  return `${middle('perSecond').toFixed(0)}/s (p50 ${middle('p50Ms').toFixed(1)} ms, p99 ${middle('p99Ms').toFixed(1)} ms)`;
}

async function put({ loader }: Surroundings, order: LoadOrder): Promise<LoadReport> {
  const report = await loader.ask<LoadReport>(order);
  if (report.failure !== undefined) throw new Error(`an answer was not as expected: ${report.failure}`);
  return report;
}

function askService({ service, apiKey, signers }: Surroundings, method: 'crl' | 'ocsp'): Omit<LoadOrder, 'seconds'> {
  const head = `POST /jpki/verify HTTP/1.1\r\nAuthorization: Bearer ${apiKey}`;
  const requests = bodiesOf(signers, method).map((body) => encodeRequest(head, body));
  return { port: service.port, connections: CONNECTIONS, requests, expected: '"indication":"TOTAL-PASSED"' };
}

function askFloor({ signers }: Surroundings, port: number, path: string): Omit<LoadOrder, 'seconds'> {
  const requests = bodiesOf(signers, 'crl').map((body) => encodeRequest(`POST ${path} HTTP/1.1`, body));
  return { port, connections: CONNECTIONS, requests, expected: '"indication":"TOTAL-PASSED"' };
}

function bodiesOf(signers: Surroundings['signers'], method: 'crl' | 'ocsp'): readonly string[] {
  const encode = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
  return signers.map(({ certificate, content, signature }) =>
    JSON.stringify({
      purpose: 'account-opening',
      signature: {
        format: 'raw',
        value: encode(signature),
        algorithm: 'RS256',
        certificate: encode(certificate),
        content: encode(content),
      },
      revocation: { method },
    }),
  );
}

function encodeRequest(head: string, body: string): string {
  const headers = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  return Buffer.from(`${head}\r\n${headers}\r\n\r\n${body}`).toString('base64');
}
