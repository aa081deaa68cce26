import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { type Contract, decodeContract, type Operation } from '../../src/platform/http/document.ts';
import { createSchemaSet } from '../../src/platform/http/schemas.ts';

export const contract: Contract = decodeContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));

/** Operations that were answered in this test file, as `operationId status`. */
export const hits = new Set<string>();

const schemas = createSchemaSet(closed(structuredClone(contract.document)) as typeof contract.document);
const compiled = new Map<string, ValidateFunction>();

/** Throws unless the answer is one that openapi.yaml documents for the operation: status, media type, every field. */
export function validateResponse(method: string, path: string, status: number, type: string, body: unknown): void {
  const operation = findOperation(method, path);
  if (operation === undefined) return;
  hits.add(`${operation.operationId} ${status}`);
  const media = operation.responses.get(String(status));
  if (media === undefined) throw new Error(`${operation.operationId}: status ${status} is not documented`);
  const mediaType = type.split(';')[0] as string;
  const pointer = media.get(mediaType);
  if (pointer === undefined) throw new Error(`${operation.operationId} ${status}: ${type} is not documented`);
  if (!/[/+]json$/.test(mediaType)) return;
  const validate = compiled.get(pointer) ?? schemas.compile(pointer);
  compiled.set(pointer, validate);
  if (!validate(body)) {
    throw new Error(`${operation.operationId} ${status}: ${JSON.stringify(validate.errors, null, 2)}`);
  }
}

function findOperation(method: string, path: string): Operation | undefined {
  return contract.operations.find(
    (operation) =>
      operation.method === method.toLowerCase() &&
      new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
}

/**
 * Answers may gain fields for clients; in tests a field that the contract does not name is an error. So every object
 * schema with properties and no word about others is closed, and no schema here composes objects by allOf.
 */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, closed(inner)] as const);
  const schema = Object.fromEntries(entries);
  const isObjectSchema = schema.type === 'object' && 'properties' in schema && !('additionalProperties' in schema);
  return isObjectSchema ? { ...schema, additionalProperties: false } : schema;
}
