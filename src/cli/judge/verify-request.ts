import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyRequest } from '../../features/verification/wire.ts';
import { decodeContract } from '../../platform/http/document.ts';
import { createSchemaSet } from '../../platform/http/schemas.ts';
import { CaseProblem } from './verdict.ts';

const CONTRACT = join(import.meta.dirname, '..', '..', '..', 'openapi.yaml');

type Validator = ReturnType<ReturnType<typeof createSchemaSet>['compile']>;
let validator: Validator | undefined;

/** As at the service's door. The schema is compiled with the first case that needs it. */
export function validateVerifyRequest(value: unknown): VerifyRequest {
  validator ??= createSchemaSet(decodeContract(readFileSync(CONTRACT, 'utf8')).document).compile(
    '#/components/schemas/VerifyRequest',
  );
  if (validator(value)) return value as VerifyRequest;
  const [first] = validator.errors ?? [];
  throw new CaseProblem(`"request" is no body of POST /jpki/verify: ${first?.instancePath} ${first?.message}`);
}
