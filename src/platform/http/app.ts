import type { RequestListener } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Clock } from '../clock.ts';
import { DatabaseUnavailable } from '../database/database.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ProblemCode } from '../problem-code.ts';
import { beginRequest, type CurrentWork, runInWork, type Tracer } from '../telemetry/current-work.ts';
import { KeysUnavailable, RecordShredded, VaultError } from '../vault/vault.ts';
import { recordAccess } from './access.ts';
import { type Authenticate, authenticateRequest, type Right, requireRight } from './authentication.ts';
import { receiveJson } from './body.ts';
import type { Contract, Operation } from './document.ts';
import type { Peer, ReadPeer } from './peer.ts';
import type { Principal } from './principal.ts';
import { buildProblem, HttpProblem } from './problem.ts';
import { PROBLEMS } from './problem-map.ts';
import { codeOfRefusal, type RateLimiter, rateLimitHeaders } from './rate-limit.ts';
import { repeatsHeader } from './repeated-header.ts';
import type { Reply } from './reply.ts';
import { selectRequestId } from './request-id.ts';
import { API_HEADERS, pageHeaders } from './security-headers.ts';
import { sendParts } from './send-parts.ts';
import { createRequestValidators, type ParameterValues, type RequestValidator } from './validators.ts';

/** A request that passed the door: authenticated, within its limits, of the documented shape. */
export interface Call<Caller> {
  /** Of operations that name a scope. */
  readonly principal: Principal<Caller> | undefined;
  /** The scope that let it in; null where none is asked for. */
  readonly scope: string | null;
  /** Where it came from, as trusted proxies tell. */
  readonly address: string | null;
  readonly requestId: string;
  readonly path: ParameterValues;
  readonly query: ParameterValues;
  readonly headers: ParameterValues;
  readonly body: unknown;
  /** The body's octets as received. */
  readonly rawBody: Uint8Array;
}

/** A request that was answered with a problem of the caller's (4xx). */
export interface RefusedCall<Caller> {
  readonly operationId: string;
  readonly code: ProblemCode;
  /** Undefined when nobody knows who called. */
  readonly principal: Principal<Caller> | undefined;
  /** The scope that the operation asks for. */
  readonly scope: string;
  readonly address: string | null;
  readonly requestId: string;
  /** `id` of the path, as sent. */
  readonly id: string | undefined;
}

/** Operations by operationId. */
export type Routes<Caller> = Readonly<Record<string, (call: Call<Caller>) => Promise<Reply>>>;

export interface AppParts<Caller> {
  readonly contract: Contract;
  readonly routes: Routes<Caller>;
  /** By operationId; null: open to all. */
  readonly rights: Readonly<Record<string, Right>>;
  readonly authenticate: Authenticate<Caller>;
  readonly limiter: RateLimiter<Caller>;
  readonly readPeer: ReadPeer;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Undefined: no traces are told. */
  readonly tracer?: Tracer | undefined;
  /** Told of every request to an operation that asks for a right and is refused. */
  readonly refused?: (call: RefusedCall<Caller>) => void;
  /** Greatest time for a body to arrive. */
  readonly bodyTimeoutMs: number;
  readonly mount?: (app: Express) => void;
}

const RETRY_AFTER_SECONDS = '2';
/** Refusals that are no fault of the caller's, and which somebody has to mend. */
const LOGGED: ReadonlySet<ProblemCode> = new Set([
  'internal-error',
  'stored-value-altered',
  'database-unavailable',
  'keys-unavailable',
]);

/** One route per operation of the contract; an operation without a route, or the reverse, stops the start. */
export function createApp<Caller>(parts: AppParts<Caller>): RequestListener {
  const { contract, routes } = parts;
  const operationIds = new Set(contract.operations.map((operation) => operation.operationId));
  const stray = [...Object.keys(routes)].filter((id) => !operationIds.has(id));
  const missing = [...operationIds].filter((id) => !Object.hasOwn(routes, id) || !Object.hasOwn(parts.rights, id));
  if (stray.length + missing.length > 0) throw new Error(`routes and contract differ: ${[...stray, ...missing]}`);

  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.set('query parser', false).set('case sensitive routing', true);
  app.use((request, response, next) => {
    const requestId = selectRequestId(request.get('x-request-id'));
    response.locals.requestId = requestId;
    setHeaders(response, API_HEADERS);
    response.setHeader('X-Request-Id', requestId);
    const work = beginRequest(parts.tracer, requestId, request.get('traceparent'));
    response.locals.work = work;
    recordAccess(request, response, work, parts);
    if (repeatsHeader(request)) throw new HttpProblem('malformed-request');
    runInWork(work, next);
  });
  const validators = createRequestValidators(contract);
  for (const operation of contract.operations) {
    const validator = validators.get(operation.operationId) as RequestValidator;
    const headers = isPage(operation) ? [pageHeaders] : [];
    app[operation.method](expressPath(operation.path), ...headers, (request, response) =>
      answer(parts, operation, validator, request, response),
    );
  }
  refuseOtherMethods(app, contract);
  parts.mount?.(app);
  app.use(() => {
    throw new HttpProblem('not-found');
  });
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const problem = problemOf(error);
    tellRefused(parts, problem.code, request, response);
    sendProblem(parts.log, response, error, problem);
  });
  return (request, response) => {
    request.url = originForm(request.url as string);
    app(request, response);
  };
}

/** RFC 9112 §3.2.2: an absolute target names a host too, which is none of ours to judge: what counts is what follows. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

const NO_QUERY = new URLSearchParams();

/** What follows the first question mark. */
function queryOf(target: string): URLSearchParams {
  if (!target.includes('?')) return NO_QUERY;
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(target) ?? [];
  return new URLSearchParams(query);
}

async function answer<Caller>(
  parts: AppParts<Caller>,
  operation: Operation,
  validator: RequestValidator,
  request: Request,
  response: Response,
): Promise<void> {
  response.locals.operation = operation;
  response.locals.id = request.params.id;
  const peer = parts.readPeer(request);
  const right = parts.rights[operation.operationId] ?? null;
  const principal = right === null ? undefined : await admit(parts, right, peer, request, response);
  const path = validator.validatePath(request.params as Record<string, string>);
  const query = validator.validateQuery(queryOf(request.url));
  const headers = validator.validateHeaders(request.headers);
  const received =
    operation.bodySchema === undefined
      ? undefined
      : await receiveJson(request, operation.bodyLimitBytes, parts.bodyTimeoutMs);
  if (received) validator.validateBody(received.json);
  const requestId = response.locals.requestId as string;
  const rawBody = received?.raw ?? new Uint8Array();
  const scope = right?.scope ?? null;
  const call = {
    principal,
    scope,
    address: peer.address,
    requestId,
    path,
    query,
    headers,
    body: received?.json,
    rawBody,
  };
  const route = parts.routes[operation.operationId] as (call: Call<Caller>) => Promise<Reply>;
  await send(response, await route(call));
}

/** Who calls, may they, and not too often; before a single octet of the body is read. */
async function admit<Caller>(
  { authenticate, limiter }: AppParts<Caller>,
  right: NonNullable<Right>,
  peer: Peer,
  request: Request,
  response: Response,
): Promise<Principal<Caller>> {
  const principal = await authenticateRequest(request.headers.authorization, peer, authenticate);
  response.locals.clientId = principal.clientId;
  response.locals.principal = principal;
  (response.locals.work as CurrentWork).ids.tenantId = principal.tenantId;
  const taken = limiter.take(principal);
  const decision = taken instanceof Promise ? await taken : taken;
  setHeaders(response, rateLimitHeaders(decision));
  if (!decision.admitted) throw new HttpProblem(codeOfRefusal(decision));
  requireRight(principal, right);
  return principal;
}

/** Express would look for a charset in each. */
function setHeaders(response: Response, headers: Readonly<Record<string, string>>): void {
  for (const name in headers) response.setHeader(name, headers[name] as string);
}

async function send(response: Response, reply: Reply): Promise<void> {
  response.statusCode = reply.status;
  if (reply.headers !== undefined) setHeaders(response, reply.headers);
  // Express would look for a charset, an ETag and freshness, and put the text into a buffer first.
  if ('json' in reply) sendJson(response, Buffer.from(JSON.stringify(reply.json)));
  else if ('jsonOctets' in reply) sendJson(response, reply.jsonOctets);
  else if ('parts' in reply) await sendParts(response, reply.contentType, reply.parts);
  else response.type(reply.contentType).send(reply.text);
}

function sendJson(response: Response, octets: Uint8Array): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', octets.length);
  response.end(octets);
}

function tellRefused<Caller>(
  { refused, rights, readPeer }: AppParts<Caller>,
  code: ProblemCode,
  request: Request,
  response: Response,
): void {
  const { operation, principal, requestId, id } = response.locals as {
    operation?: Operation;
    principal?: Principal<Caller>;
    requestId: string;
    id?: string;
  };
  const { status } = PROBLEMS[code];
  const right = operation && rights[operation.operationId];
  if (refused === undefined || !operation || !right || status < 400 || status > 499) return;
  const { operationId } = operation;
  refused({ operationId, code, principal, scope: right.scope, address: readPeer(request).address, requestId, id });
}

function sendProblem(log: Log, response: Response, error: unknown, problem: HttpProblem): void {
  const requestId = response.locals.requestId as string;
  response.locals.problem = problem.code;
  if (LOGGED.has(problem.code)) {
    log.error('http.request-failed', { requestId, code: problem.code, ...(error instanceof Error ? { error } : {}) });
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(PROBLEMS[problem.code].status).set(problem.headers).type('application/problem+json');
  response.send(JSON.stringify(buildProblem(problem.code, requestId, problem.errors, problem.members)));
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem && error.code === 'database-unavailable') return unavailable(error.code);
  if (error instanceof HttpProblem) return error;
  if (error instanceof DatabaseUnavailable) return unavailable('database-unavailable');
  if (error instanceof KeysUnavailable) return unavailable('keys-unavailable');
  if (error instanceof RecordShredded) return new HttpProblem('record-shredded');
  if (error instanceof VaultError) return new HttpProblem('stored-value-altered');
  // express: a path whose percent-encoding cannot be decoded
  if (error instanceof URIError) return new HttpProblem('malformed-request');
  return new HttpProblem('internal-error');
}

const unavailable = (code: 'database-unavailable' | 'keys-unavailable') =>
  new HttpProblem(code, [], { 'Retry-After': RETRY_AFTER_SECONDS });

function refuseOtherMethods(app: Express, contract: Contract): void {
  for (const path of new Set(contract.operations.map((operation) => operation.path))) {
    const methods = contract.operations.filter((operation) => operation.path === path).map((o) => o.method);
    const allow = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    app.all(expressPath(path), () => {
      throw new HttpProblem('method-not-allowed', [], { Allow: allow.join(', ') });
    });
  }
}

const isPage = ({ responses }: Operation) => responses.get('200')?.has('text/html') === true;

const expressPath = (template: string) => template.replaceAll(/\{(\w+)\}/g, ':$1');
