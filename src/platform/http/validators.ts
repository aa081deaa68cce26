import type { Contract, JsonSchema, Operation, Parameter } from './document.ts';
import { HttpProblem, type RequestError } from './problem.ts';
import { buildRequestErrors } from './request-errors.ts';
import { createSchemaSet, type SchemaSet } from './schemas.ts';

export type ParameterValues = Readonly<Record<string, string | number>>;

/** Validates one operation's requests; each throws an HttpProblem `invalid-request`. */
export interface RequestValidator {
  validateBody(body: unknown): void;
  /** Coerces integers; repeated or unknown names are errors. */
  validateQuery(query: URLSearchParams): ParameterValues;
  validatePath(params: Readonly<Record<string, string>>): ParameterValues;
  validateHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): ParameterValues;
}

/** Compiles the schemas of every operation; a schema that does not compile stops the start. */
export function createRequestValidators(contract: Contract): ReadonlyMap<string, RequestValidator> {
  const schemas = createSchemaSet(contract.document);
  return new Map(
    contract.operations.map((operation) => [operation.operationId, createValidator(schemas, operation)] as const),
  );
}

function createValidator(schemas: SchemaSet, operation: Operation): RequestValidator {
  const body = operation.bodySchema === undefined ? undefined : schemas.compile(operation.bodySchema);
  const query = compileParameters(schemas, operation.parameters, 'query');
  const path = compileParameters(schemas, operation.parameters, 'path');
  const header = compileParameters(schemas, operation.parameters, 'header');
  const headerNames = operation.parameters
    .filter((parameter) => parameter.in === 'header')
    .map(({ name }) => ({ name, key: name.toLowerCase() }));
  return {
    validateBody(value) {
      if (body && !body(value)) {
        throw new HttpProblem('invalid-request', buildRequestErrors(body.errors ?? [], 'body'));
      }
    },
    validateQuery: (values) => query(singleValues(values)),
    validatePath: (params) => path({ ...params }),
    validateHeaders: (headers) => {
      const given: Record<string, string> = {};
      for (const { name, key } of headerNames) {
        const value = headers[key];
        if (typeof value === 'string') given[name] = value;
      }
      return header(given);
    },
  };
}

function compileParameters(schemas: SchemaSet, all: readonly Parameter[], where: 'query' | 'path' | 'header') {
  const parameters = all.filter((parameter) => parameter.in === where);
  const integers = new Set(parameters.filter(isInteger).map((parameter) => parameter.name));
  const validate = schemas.compileInline({
    type: 'object',
    additionalProperties: false,
    required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
  });
  return (values: Record<string, string>): ParameterValues => {
    const typed: Record<string, string | number> = { ...values };
    for (const name of integers) {
      const value = values[name];
      if (value !== undefined) typed[name] = coerceInteger(value);
    }
    if (!validate(typed)) throw new HttpProblem('invalid-request', buildRequestErrors(validate.errors ?? [], where));
    return typed;
  };
}

const isInteger = (parameter: Parameter) => (parameter.schema as JsonSchema & { type?: string }).type === 'integer';
/** What is no integer stays text, and the schema says so. */
const coerceInteger = (value: string) => (/^-?\d{1,15}$/.test(value) ? Number(value) : value);

function singleValues(query: URLSearchParams): Record<string, string> {
  const values = Object.fromEntries(query);
  const repeated: RequestError[] = Object.keys(values)
    .filter((name) => query.getAll(name).length > 1)
    .map((name) => ({ in: 'query', pointer: `/${name}`, message: 'must be given once' }));
  if (repeated.length > 0) throw new HttpProblem('invalid-request', repeated);
  return values;
}
