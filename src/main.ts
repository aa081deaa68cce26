import { readFileSync } from 'node:fs';
import type { Terminal } from './cli/terminal.ts';
import { systemClock } from './platform/clock.ts';
import { createBatchedLog, createLog } from './platform/log.ts';

const out = (line: string) => process.stdout.write(`${line}\n`);
const err = (line: string) => process.stderr.write(`${line}\n`);
const readFile = (path: string) => readFileSync(path, 'utf8');
const terminal: Terminal = {
  env: process.env,
  readFile,
  // a getter each, made when a command asks for it: an opened standard input keeps the process alive
  streams: {
    get input() {
      return process.stdin;
    },
    get output() {
      return process.stdout;
    },
  },
  out,
  err,
  clock: systemClock,
  log: createLog('warn', process.stderr),
};

/** Resolves at the first SIGINT or SIGTERM; the second ends the process at once. */
function stopSignal(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const first = () => {
      for (const signal of signals) process.off(signal, first).once(signal, () => process.exit(1));
      resolve();
    };
    for (const signal of signals) process.on(signal, first);
  });
}

async function start(): Promise<number> {
  const [{ parseConfig }, { startService }, { welcomeLines }, { StartRefused }] = await Promise.all([
    import('./config.ts'),
    import('./compose.ts'),
    import('./cli/welcome.ts'),
    import('./platform/start-refused.ts'),
  ]);
  const parsed = parseConfig(process.env, readFile);
  if (!parsed.ok) throw new StartRefused(parsed.problems);
  const { config } = parsed;
  // in production standard output is the log; on a laptop it is for people, and the log goes to standard error
  const isProduction = config.mode === 'production';
  const log = isProduction
    ? createBatchedLog(config.logLevel, process.stdout.fd)
    : createLog(config.logLevel, process.stderr);
  const stopped = stopSignal();
  const service = await startService(config, { clock: systemClock, log });
  for (const line of welcomeLines(service, config.mode)) (isProduction ? err : out)(line);
  await stopped;
  log.info('service.stopping');
  await service.stop();
  log.info('service.stopped');
  return 0;
}

const [command = 'start', ...args] = process.argv.slice(2);
/** Each loads what it needs and no more: `cli judge` is to leave its memory to the cases. */
const commands: Readonly<Record<string, () => Promise<number>>> = {
  start,
  cli: async () => (await import('./cli/cli.ts')).runCli(args, terminal),
  sandbox: async () => (await import('./cli/laptop.ts')).runSandbox(terminal, stopSignal()),
  demo: async () => (await import('./cli/laptop.ts')).runDemoTour(terminal),
};

/** What an operator can mend is told in sentences; a fault of the program keeps its stack trace. */
async function fail(error: unknown): Promise<number> {
  const { failureSentences } = await import('./cli/failure-sentences.ts');
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of failureSentences(error) ?? [fault]) err(line);
  return 1;
}

const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
if (run === undefined) err(`There is no command "${command}": ${Object.keys(commands).join(', ')}.`);
process.exitCode = run === undefined ? 2 : await run().catch(fail);
