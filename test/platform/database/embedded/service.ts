import {
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../../../src/platform/database/embedded/embedded-postgres.ts';

/** Stands for the service in the tests that kill it: starts PostgreSQL, says so in one line, stops at the end of its input. */
const options = JSON.parse(process.argv[2] ?? '{}') as EmbeddedPostgresOptions;
const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
try {
  const server = await startEmbeddedPostgres(options);
  say({ url: server.url, adminUrl: server.adminUrl, notes: server.notes });
  process.stdin.once('end', () => {
    server.stop().then(
      () => say({ stopped: true }),
      (error: Error) => say({ failure: error.message }),
    );
  });
  process.stdin.resume();
} catch (error) {
  say({ failure: error instanceof Error ? `${error.name}: ${error.message}` : `not an error: ${String(error)}` });
}
