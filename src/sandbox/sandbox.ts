import { createCrlPublisher } from './crl/publisher.ts';
import { createFaultBoard } from './faults/fault.ts';
import { generalOperations, residentOperations, revocationOperations } from './http/operations.ts';
import { listen } from './http/server.ts';
import { settle } from './japan/made-up-residents.ts';
import { emptyState, openRegister, type Register } from './japan/register.ts';
import { noStateFile, type StateFile, stateFile } from './japan/state-file.ts';
import { loadKeyRing } from './keys/key-ring.ts';

/** The part of the service's log that the sandbox writes to. */
export interface SandboxLog {
  info(event: 'sandbox.started', facts?: { readonly [key: string]: number }): void;
  error(event: 'sandbox.request-failed', facts?: { readonly [key: string]: Error }): void;
}

export interface SandboxSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Where the books are kept between starts; in memory only when absent. */
  readonly dataDir?: string | undefined;
  /** Where CRLs are published as files, beside HTTP. */
  readonly crlDirectory?: string | undefined;
  readonly clock: { now(): number };
  readonly log: SandboxLog;
  /** Serials begin where it says. */
  readonly seed?: string;
}

export interface RunningSandbox {
  readonly url: string;
  stop(): Promise<void>;
}

/** CRLs live for a day (revocation.md §3) and are made anew long before their nextUpdate, also after a laptop's sleep. */
const REPUBLISH_AFTER_MS = 6 * 3_600_000;
const LOOK_EVERY_MS = 60_000;

async function openBooks(file: StateFile, seed: string, now: number): Promise<Register> {
  const kept = file.load();
  const state = kept ?? emptyState(seed);
  const taken = new Set(state.certificates.map(({ keyName }) => keyName));
  const register = openRegister(state, loadKeyRing(taken, state.generatedKeys));
  if (kept === undefined) await settle(register, now);
  return register;
}

/** Starts the pretend Japan: residents, cards, CAs, OCSP responders, CRLs, behind HTTP on a port of its own. */
export async function startSandbox(settings: SandboxSettings): Promise<RunningSandbox> {
  const { clock, log } = settings;
  const file = settings.dataDir === undefined ? noStateFile : stateFile(settings.dataDir);
  const register = await openBooks(file, settings.seed ?? 'sandbox', clock.now());
  const faults = createFaultBoard();
  const crls = createCrlPublisher(register, faults, settings.crlDirectory);
  let publishedAt = 0;
  const publishAll = () => {
    publishedAt = clock.now();
    crls.publish(publishedAt);
    file.store(register.state);
  };
  publishAll();
  const settleDown = (municipalities: readonly string[]) => {
    crls.publish(clock.now(), municipalities);
    file.store(register.state);
  };

  const world = { register, faults, crls, now: () => clock.now(), settleDown };
  const server = await listen({
    host: settings.host,
    port: settings.port,
    operations: { ...generalOperations(world), ...residentOperations(world), ...revocationOperations(world) },
    onFailure: (error) => log.error('sandbox.request-failed', { error: error as Error }),
  });
  const timer = setInterval(() => {
    if (clock.now() - publishedAt > REPUBLISH_AFTER_MS) publishAll();
  }, LOOK_EVERY_MS).unref();
  log.info('sandbox.started', { residents: register.state.residents.length });
  return {
    url: server.url,
    stop: () => {
      clearInterval(timer);
      return server.stop();
    },
  };
}
