import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

export const CONTRACT_FILE = new URL('../openapi.yaml', import.meta.url);

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly pattern: RegExp;
  /** Names of the path parameters in order. */
  readonly parameters: readonly string[];
  /** The media type of its request body, if it takes one. */
  readonly mediaType: string | undefined;
  readonly validate: ValidateFunction | undefined;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface OperationObject {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
}

/** `{request}` is the rest of the path (an OCSP request in base64 may hold slashes); any other name one segment. */
function patternOf(template: string): RegExp {
  const source = template
    .replace(/[.]/g, '\\.')
    .replace(/\{request\}/g, '(.+)')
    .replace(/\{\w+\}/g, '([^/]+)');
  return new RegExp(`^${source}$`);
}

/** Local references made absolute, so that each schema compiles alone. */
function rooted(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rooted);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, name === '$ref' ? `sandbox${String(value)}` : rooted(value)]),
  );
}

/** The operations of openapi.yaml with a compiled schema each: what it does not list does not exist. */
export function readContract(): readonly Operation[] {
  const document: Document = parse(readFileSync(CONTRACT_FILE, 'utf8'));
  const ajv = new Ajv2020({ allErrors: true, strict: false, discriminator: true });
  ajv.addSchema(rooted({ components: document.components }) as object, 'sandbox');
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { operationId, requestBody }]) => {
      const [mediaType, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      const schema = mediaType === 'application/json' ? media?.schema : undefined;
      return {
        operationId,
        method: method.toUpperCase(),
        pattern: patternOf(template),
        parameters: [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string),
        mediaType,
        validate: schema === undefined ? undefined : ajv.compile(rooted(schema) as object),
      };
    }),
  );
}
