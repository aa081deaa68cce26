/** Time and memory for a CRL of a million entries: `node --expose-gc test/bench/crl.ts`. */
import { authenticateCrl } from '../../src/core/revocation/authenticate-crl.ts';
import { decodeCrl } from '../../src/core/revocation/decode-crl.ts';
import { isRefusal } from '../../src/core/revocation/evidence.ts';
import { decodeCertificate } from '../../src/core/x509/decode-certificate.ts';
import { issuerKeyOf } from '../../src/core/x509/path/issuer-key.ts';
import { nodeCrypto } from '../../src/platform/crypto.ts';
import * as compose from '../core/revocation/compose.ts';

const COUNT = 1_000_000;
const FIRST = 0x01000000;

const ca = compose.createParty('CA');
const issuer = issuerKeyOf(decodeCertificate(compose.composeCertificate({ subject: ca, issuer: ca })));
const template = compose.crlEntry(FIRST, compose.NOW, compose.reasonCode(3));
const entries = Buffer.alloc(template.length * COUNT);
for (let i = 0; i < COUNT; i++) {
  entries.set(template, i * template.length);
  entries.writeUInt32BE(FIRST + i * 3, i * template.length + 4);
}
const der = compose.composeCrl({ issuer: ca, entries: [entries] });
globalThis.gc?.();
const before = process.memoryUsage();
const startedAt = performance.now();
const crl = authenticateCrl(decodeCrl(der), issuer, nodeCrypto);
const tookMs = performance.now() - startedAt;
globalThis.gc?.();
const after = process.memoryUsage();
if (isRefusal(crl)) throw new Error(crl.detail);

const lookups = 1_000_000;
const lookupAt = performance.now();
const octets = Buffer.alloc(4);
let found = 0;
for (let i = 0; i < lookups; i++) {
  octets.writeUInt32BE(FIRST + i);
  if (crl.findEntry({ octets, hex: '', positive: true }) !== undefined) found++;
}
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(`${crl.entryCount} entries, ${megabytes(der.length)}: ${tookMs.toFixed(0)} ms`);
console.log(
  `held beside the octets: ${megabytes(after.arrayBuffers - before.arrayBuffers)}, heap ${megabytes(after.heapUsed - before.heapUsed)}`,
);
console.log(`${lookups} look-ups, ${found} found: ${((performance.now() - lookupAt) * 1000) / lookups} µs each`);
