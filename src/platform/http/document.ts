import { parse } from 'yaml';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
const METHODS: readonly Method[] = ['get', 'post', 'put', 'patch', 'delete'];

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** One operation of the contract, as the server needs it. */
export interface Operation {
  readonly operationId: string;
  readonly method: Method;
  /** Path template as in the document: `/jpki/verifications/{id}`. */
  readonly path: string;
  /** Scopes that the client must have, by whichever scheme it shows who it is; null: open to all. */
  readonly scopes: readonly string[] | null;
  /** Roles that its tenant may be of. */
  readonly roles: readonly string[];
  readonly bodyLimitBytes: number;
  /** JSON Pointer of the body's schema; undefined: no body. */
  readonly bodySchema: string | undefined;
  readonly parameters: readonly Parameter[];
  /** JSON Pointers of the schemas of the answers: status → media type → pointer. */
  readonly responses: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface Contract {
  readonly text: string;
  readonly document: JsonSchema;
  readonly operations: readonly Operation[];
}

interface OperationObject {
  operationId: string;
  security?: Record<string, string[]>[];
  'x-body-limit-bytes'?: number;
  'x-roles'?: string[];
  parameters?: Reference<Parameter>[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, Reference<{ content?: Record<string, unknown> }>>;
}
type Reference<T> = T | { $ref: string };

const DEFAULT_BODY_LIMIT_BYTES = 65_536;

/** Reads openapi.yaml's text into the operations that it describes. */
export function decodeContract(text: string): Contract {
  const document = parse(text) as JsonSchema & {
    paths: Record<string, Partial<Record<Method, OperationObject>>>;
    security?: Record<string, string[]>[];
  };
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [decodeOperation(document, path, method, operation)];
    }),
  );
  return { text, document, operations };
}

function decodeOperation(document: JsonSchema, path: string, method: Method, operation: OperationObject): Operation {
  const security = operation.security ?? (document.security as Record<string, string[]>[] | undefined) ?? [];
  const base = `#/paths/${escapePointer(path)}/${method}`;
  return {
    operationId: operation.operationId,
    method,
    path,
    scopes: security.length === 0 ? null : scopesOf(operation.operationId, security),
    roles: operation['x-roles'] ?? [],
    bodyLimitBytes: operation['x-body-limit-bytes'] ?? DEFAULT_BODY_LIMIT_BYTES,
    bodySchema: operation.requestBody && `${base}/requestBody/content/${escapePointer('application/json')}/schema`,
    parameters: (operation.parameters ?? []).map((parameter) => resolve(document, parameter, '').value),
    responses: new Map(
      Object.entries(operation.responses).map(([status, response]) => {
        const { value, pointer } = resolve(document, response, `${base}/responses/${status}`);
        const media = Object.keys(value.content ?? {});
        return [status, new Map(media.map((type) => [type, `${pointer}/content/${escapePointer(type)}/schema`]))];
      }),
    ),
  };
}

/** A key and a token are two ways of showing the same: they ask for the same scopes. */
function scopesOf(operationId: string, security: readonly Record<string, string[]>[]): readonly string[] {
  const [first = [], ...others] = security.map((requirement) => Object.values(requirement).flat());
  if (others.some((scopes) => scopes.join(' ') !== first.join(' '))) {
    throw new Error(`the security of ${operationId} asks for different scopes by different schemes`);
  }
  return first;
}

/** Follows one `$ref` into the document; `pointer` is where the value then stands. */
function resolve<T>(document: JsonSchema, value: Reference<T>, pointer: string): { value: T; pointer: string } {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return { value: value as T, pointer };
  return { value: valueAt(document, value.$ref) as T, pointer: value.$ref };
}

/** The value at a JSON Pointer in fragment form (`#/components/schemas/Problem`). */
export function valueAt(document: JsonSchema, pointer: string): unknown {
  const tokens = pointer.slice(2).split('/');
  return tokens.reduce<unknown>((at, token) => {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    return (at as Record<string, unknown>)[key];
  }, document);
}

/** RFC 6901 §3. */
export function escapePointer(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
