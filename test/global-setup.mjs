import { startTestServer } from './database-server.ts';

/** `.mjs`, so that Node itself loads it and the sources: jest would make CommonJS of them, which cannot load the migrations. */
export default async function globalSetup() {
  const server = await startTestServer(); // nothing starts yet: the first test file that wants a database brings it up
  process.env.JPKI_TEST_DATABASE = server.url;
  globalThis.stopTestServer = server.stop;
}
