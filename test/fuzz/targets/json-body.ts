import { readFileSync } from 'node:fs';
import { DecodeError } from '../../../src/core/der/decode-error.ts';
import { decodeRequest, refuseUnsupported } from '../../../src/features/verification/decode-request.ts';
import type { VerifyRequest } from '../../../src/features/verification/wire.ts';
import { decodeJson } from '../../../src/platform/http/body.ts';
import { decodeContract } from '../../../src/platform/http/document.ts';
import { HttpProblem } from '../../../src/platform/http/problem.ts';
import { createRequestValidators, type RequestValidator } from '../../../src/platform/http/validators.ts';
import { readFixture } from '../../fixtures.ts';
import { generateVerifyRequest } from '../generate/verify-request.ts';
import { mutateJson } from '../mutate-json.ts';
import { dummySigning, fixturesNamed, type Target } from '../target.ts';

const issued = readFixture('content.bin');
const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');

let validator: RequestValidator | undefined;

/** As at the door; compiled with the first body. */
function validateBody(body: unknown): void {
  const contract = new URL('../../../openapi.yaml', import.meta.url);
  validator ??= createRequestValidators(decodeContract(readFileSync(contract, 'utf8'))).get('verify');
  if (validator === undefined) throw new Error('the contract has no operation "verify"');
  validator.validateBody(body);
}

function seeds(): readonly Uint8Array[] {
  const raw = {
    format: 'raw',
    algorithm: 'RS256',
    value: base64(readFixture('raw-rs256.sig')),
    certificate: base64(readFixture('leaf-digital-signature.crt')),
  };
  const containers = fixturesNamed(/^cms-.*\.p7m$/).map((octets) => ({ format: 'cms', value: base64(octets) }));
  return [{ ...raw, content: base64(issued) }, ...containers, { format: 'pdf', value: 'AAAA' }].map((signature) =>
    Buffer.from(JSON.stringify({ purpose: 'account-opening', signature })),
  );
}

/** A refusal of the request, in the words of the answer; the search goes by them. */
const refused = (code: string, pointer = ''): DecodeError => new DecodeError('invalid-value', 0, `${code} ${pointer}`);

export const jsonBodyTarget: Target = {
  name: 'json-body',
  seeds,
  generate: (random) => generateVerifyRequest(random, dummySigning),
  mutate: mutateJson,
  run(octets) {
    const body = decodeBody(octets);
    const request = body as VerifyRequest;
    const decoded = refuseUnsupported(request) ?? decodeRequest(request, issued);
    if (!decoded.ok) return `${decoded.code} ${decoded.errors?.map(({ pointer }) => pointer).join()}`;
    const { format } = decoded.signed;
    return `${format} ${Object.keys(request).sort().join()} ${Object.keys(request.signature).sort().join()}`;
  },
};

function decodeBody(octets: Uint8Array): unknown {
  try {
    const body = decodeJson(Buffer.from(octets.buffer, octets.byteOffset, octets.length));
    validateBody(body);
    return body;
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const [first] = error.errors;
    // An answer names a few places, never the values that stand there.
    throw refused(error.code, `${first?.pointer} ${first?.message}`);
  }
}
