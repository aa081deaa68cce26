import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './cli/cli.ts';
import { failureSentences } from './cli/failure-sentences.ts';
import type { Terminal } from './cli/terminal.ts';
import { welcomeLines } from './cli/welcome.ts';
import { startService } from './compose.ts';
import { type Config, parseConfig } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { createLog, type LogLevel } from './platform/log.ts';

const out = (line: string) => process.stdout.write(`${line}\n`);
const err = (line: string) => process.stderr.write(`${line}\n`);
const readFile = (path: string) => readFileSync(path, 'utf8');
/** In production standard output is the log; on a laptop it is for people, and the log goes to standard error. */
const logTo = (level: LogLevel, mode: Config['mode']) =>
  createLog(level, mode === 'production' ? process.stdout : process.stderr);

/** Resolves at the first SIGINT or SIGTERM; the second ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const first = () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.off(signal, first);
        process.once(signal, () => process.exit(1));
      }
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, first);
  });
}

async function start(): Promise<number> {
  const parsed = parseConfig(process.env, readFile);
  if (!parsed.ok) {
    for (const problem of parsed.problems) err(problem);
    return 1;
  }
  const { config } = parsed;
  const log = logTo(config.logLevel, config.mode);
  const stopped = stopSignal();
  const service = await startService(config, { clock: systemClock, log });
  const say = config.mode === 'production' ? err : out;
  for (const line of welcomeLines(service, config.mode)) say(line);
  await stopped;
  log.info('service.stopping');
  await service.stop();
  log.info('service.stopped');
  return 0;
}

async function startSandboxAlone(): Promise<number> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const log = logTo('warn', 'sandbox');
  const stopped = stopSignal();
  const port = Number(process.env.SANDBOX_PORT ?? 8081);
  const sandbox = await startSandbox({ host: process.env.HOST ?? '127.0.0.1', port, clock: systemClock, log });
  out(`sandbox   ${sandbox.url}`);
  await stopped;
  await sandbox.stop();
  return 0;
}

async function demo(): Promise<number> {
  const { runDemo } = await import('./cli/demo.ts');
  const keyFile = join(process.env.DATA_DIR ?? '.data', 'sandbox-api-key');
  const passed = await runDemo({
    serviceUrl: process.env.JPKI_URL ?? `http://127.0.0.1:${process.env.PORT ?? 8080}`,
    sandboxUrl: `http://127.0.0.1:${process.env.SANDBOX_PORT ?? 8081}`,
    apiKey: process.env.JPKI_API_KEY ?? readFile(keyFile).trim(),
    print: out,
  });
  return passed ? 0 : 1;
}

function cli(args: readonly string[]): Promise<number> {
  const log = createLog('warn', process.stderr);
  const terminal: Terminal = { env: process.env, readFile, out, err, clock: systemClock, log };
  return runCli(args, terminal);
}

const [command = 'start', ...args] = process.argv.slice(2);
const commands: Readonly<Record<string, () => Promise<number>>> = {
  start,
  cli: () => cli(args),
  sandbox: startSandboxAlone,
  demo,
};

function fail(error: unknown): number {
  const sentences = failureSentences(error);
  if (sentences === undefined) err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  for (const sentence of sentences ?? []) err(sentence);
  return 1;
}

const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
if (run === undefined) err(`There is no command "${command}": ${Object.keys(commands).join(', ')}.`);
process.exitCode = run === undefined ? 2 : await run().catch(fail);
