import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type JsonSchema, valueAt } from './document.ts';
import { isBase64, isInstant } from './formats.ts';

/** What OpenAPI adds to JSON Schema, and our own marks: annotations, they validate nothing. */
const ANNOTATIONS = ['example', 'xml', 'externalDocs', 'x-personal', 'x-body-limit-bytes', 'x-roles'];

export interface SchemaSet {
  /** `pointer`: JSON Pointer into the document as a fragment (`#/components/schemas/Problem`). */
  compile(pointer: string): ValidateFunction;
  compileInline(schema: JsonSchema): ValidateFunction;
}

/** JSON Schema 2020-12 as OpenAPI 3.1 uses it, over the schemas of one document. Compiled once, at the start. */
export function createSchemaSet(document: JsonSchema): SchemaSet {
  const ajv = new Ajv2020({
    allErrors: true,
    discriminator: true,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    messages: true,
  });
  addFormats.default(ajv, { mode: 'full' });
  ajv.addFormat('base64', isBase64);
  ajv.addFormat('date-time', isInstant);
  ajv.addVocabulary(ANNOTATIONS);
  const components = document.components as { schemas: JsonSchema };
  ajv.addSchema({ $defs: rebase(components.schemas) } as AnySchema, 'contract');
  const compileInline = (schema: unknown) => ajv.compile(rebase(schema) as AnySchema);
  return { compile: (pointer) => compileInline(valueAt(document, pointer)), compileInline };
}

const COMPONENT = '#/components/schemas/';

/** A schema taken out of the document refers to the components, which are known to the validator as `contract`. */
function rebase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rebase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace(COMPONENT, 'contract#/$defs/') : rebase(inner),
    ]),
  );
}
