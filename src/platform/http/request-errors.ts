import type { ErrorObject } from 'ajv/dist/2020.js';
import { escapePointer } from './document.ts';
import type { RequestError } from './problem.ts';

const MAX_ERRORS = 20;

/** The validator's errors as places and sentences; one per place, the values themselves never repeated. */
export function buildRequestErrors(errors: readonly ErrorObject[], where: RequestError['in']): RequestError[] {
  const places = new Map<string, RequestError>();
  for (const error of errors) {
    if (places.size >= MAX_ERRORS) break;
    const pointer = pointerOf(error);
    if (!places.has(pointer)) places.set(pointer, { in: where, pointer, message: messageOf(error) });
  }
  return [...places.values()];
}

function pointerOf(error: ErrorObject): string {
  const params = error.params as Record<string, string>;
  const member = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  if (member !== undefined) return `${error.instancePath}/${escapePointer(member)}`;
  if (error.keyword === 'discriminator') return `${error.instancePath}/${escapePointer(params.tag as string)}`;
  return error.instancePath;
}

const FORMATS: Record<string, string> = {
  base64: 'must be base64 (RFC 4648 §4: standard alphabet, with padding)',
  'date-time': 'must be an RFC 3339 instant in UTC with Z',
};

function messageOf(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not a known field';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'discriminator':
      return 'must name one of the documented formats';
    case 'format':
      return FORMATS[params.format as string] ?? `must be a ${params.format}`;
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`;
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    default:
      return error.message ?? 'is not allowed';
  }
}
