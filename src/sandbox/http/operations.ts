import { readFileSync } from 'node:fs';
import { type SignRequest, signAsCard } from '../card/sign.ts';
import type { CrlPublisher } from '../crl/publisher.ts';
import {
  type Fault,
  type FaultBoard,
  isKnown,
  isTransport,
  type OcspContentFault,
  type TimestampContentFault,
} from '../faults/fault.ts';
import { allAuthorities, issueRoot, KINDS } from '../japan/authorities.ts';
import { type LifeEvent, live } from '../japan/life-events.ts';
import { attributesOf } from '../japan/made-up-residents.ts';
import { MUNICIPALITIES } from '../japan/municipalities.ts';
import type { Register, Resident, Token } from '../japan/register.ts';
import { answerOcsp, DEFAULT_RESPONDER, type ResponderSettings } from '../ocsp/responder.ts';
import type { Kind } from '../pki/names.ts';
import { answerStamp } from '../tsa/stamp.ts';
import { issueTsaRoot } from '../tsa/tsa-certificates.ts';
import { CONTRACT_FILE } from './contract.ts';
import { json, type Reply, SandboxProblem } from './reply.ts';
import { certificateView, pem, residentView } from './views.ts';

export interface World {
  readonly register: Register;
  readonly faults: FaultBoard;
  readonly crls: CrlPublisher;
  now(): number;
  /** After every change: publishes the CRLs of the municipalities that it touched and writes the books down. */
  settleDown(municipalities: readonly string[]): void;
}

export interface Call {
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Operations = Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>>;

interface NewResident {
  readonly name: string;
  readonly nameSubstitutedAt?: readonly number[];
  readonly dateOfBirth: string;
  readonly gender: string;
  readonly address: string;
  readonly addressSubstitutedAt?: readonly number[];
  readonly municipality: string;
  readonly tokens?: readonly Pick<Token, 'medium'>[];
}

const kindOf = ({ parameters }: Call): Kind => {
  const kind = KINDS.find((each) => each === parameters.kind);
  if (kind === undefined) throw new SandboxProblem(404, 'not-found', `kind is one of ${KINDS.join(', ')}.`);
  return kind;
};

function residentOf(world: World, { parameters }: Call): Resident {
  const resident = world.register.resident(parameters.residentId ?? '');
  if (resident === undefined) {
    throw new SandboxProblem(404, 'resident-not-found', 'No such resident: GET /residents lists them.');
  }
  return resident;
}

function refuseUnknownMunicipality(code: string): void {
  if (MUNICIPALITIES.some((each) => each.code === code)) return;
  const known = MUNICIPALITIES.map((each) => each.code).join(', ');
  throw new SandboxProblem(400, 'municipality-unknown', `The sandbox has the municipalities ${known}.`);
}

/** One change of the books at a time: keys and serials are taken in order. */
function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

export function residentOperations(world: World): Operations {
  const { register } = world;
  const turn = inTurn();

  const settleNewResident = async (wanted: NewResident): Promise<Resident> => {
    refuseUnknownMunicipality(wanted.municipality);
    const resident: Resident = {
      id: `resident-${register.state.residents.length + 1}`,
      note: 'made over the API',
      attributes: attributesOf(wanted),
      municipality: wanted.municipality,
      alive: true,
      tokens: [],
    };
    register.state.residents.push(resident);
    for (const { medium } of wanted.tokens ?? [{ medium: 'card' }]) {
      const token: Token = { medium, keyType: 'rsa', certificates: {} };
      resident.tokens.push(token);
      for (const kind of KINDS) await register.issue(resident, token, kind, { at: world.now() });
    }
    world.settleDown([resident.municipality]);
    return resident;
  };

  const liveThrough = async (resident: Resident, event: LifeEvent) => {
    if (!resident.alive) throw new SandboxProblem(409, 'resident-is-dead', 'Nothing happens to the dead.');
    if (event.type === 'move' && event.municipality !== undefined) refuseUnknownMunicipality(event.municipality);
    const { revoked, issued } = await live(register, resident, event, world.now());
    world.settleDown([...revoked, ...issued].map((record) => record.municipality));
    return {
      revoked: revoked.map((record) => certificateView(register, record)),
      issued: issued.map((record) => certificateView(register, record)),
    };
  };

  return {
    listResidents: () => json({ items: register.state.residents.map((each) => residentView(register, each)) }),
    readResident: (call) => json(residentView(register, residentOf(world, call))),
    createResident: ({ body }) =>
      turn(async () => json(residentView(register, await settleNewResident(body as NewResident)), 201)),
    recordLifeEvent: (call) =>
      turn(async () => json(await liveThrough(residentOf(world, call), call.body as LifeEvent), 201)),
    signAsCard: (call) => {
      const signed = signAsCard(register, residentOf(world, call), call.body as SignRequest, world.now());
      if (!signed.ok) throw new SandboxProblem(signed.status, signed.code, signed.detail);
      return json(signed.body, 201);
    },
  };
}

export function revocationOperations(world: World): Operations {
  const { register, faults, crls } = world;
  let responder: ResponderSettings = DEFAULT_RESPONDER;

  const ocsp = (kind: Kind, request: Uint8Array): Reply => {
    const taken = faults.take('ocsp', kind);
    const content = taken.filter((fault) => !isTransport(fault)).map(({ fault }) => fault as OcspContentFault);
    const body = answerOcsp(register, { kind, request, faults: content, settings: responder, now: world.now() });
    return { status: 200, type: 'application/ocsp-response', body, faults: taken };
  };

  const stamp = (request: Uint8Array): Reply => {
    const taken = faults.take('timestamp');
    const content = taken.filter((fault) => !isTransport(fault)).map(({ fault }) => fault as TimestampContentFault);
    const body = answerStamp(register.keys, { request, faults: content, now: world.now() });
    return { status: 200, type: 'application/timestamp-reply', body, faults: taken };
  };

  const setFaults = (wanted: readonly Fault[]): Reply => {
    const at = wanted.findIndex((fault) => !isKnown(fault));
    if (at !== -1) {
      const message = `${wanted[at]?.fault} is no fault of ${wanted[at]?.target}`;
      const errors = [{ pointer: `/faults/${at}/fault`, message }];
      throw new SandboxProblem(400, 'invalid-request', 'A fault does not fit its target.', errors);
    }
    const spoilt = () => faults.list().some((fault) => fault.target === 'crl' && !isTransport(fault));
    const before = spoilt();
    faults.set(wanted);
    if (before || spoilt()) crls.publish(world.now());
    return json({ faults: faults.list() });
  };

  return {
    askOcsp: (call) => ocsp(kindOf(call), call.body as Uint8Array),
    askOcspByPath: (call) => ocsp(kindOf(call), Buffer.from(call.parameters.request ?? '', 'base64')),
    stamp: ({ body }) => stamp(body as Uint8Array),
    readTimestampAnchors: () => ({
      status: 200,
      type: 'application/x-pem-file',
      body: pem('CERTIFICATE', issueTsaRoot(register.keys)),
    }),
    listCrls: () =>
      json({
        items: crls.list().map(({ der, publishedAt, ...facts }) => ({
          ...facts,
          path: `/crls/${facts.name}`,
          publishedAt: new Date(publishedAt).toISOString(),
          octets: der.length,
        })),
      }),
    readCrl: ({ parameters }) => {
      const crl = crls.find(parameters.name ?? '');
      if (crl === undefined) throw new SandboxProblem(404, 'crl-not-found', 'No such CRL: GET /crls lists them.');
      return { status: 200, type: 'application/pkix-crl', body: crl.der, faults: faults.take('crl', crl.kind) };
    },
    readFaults: () => json({ faults: faults.list() }),
    setFaults: ({ body }) => setFaults((body as { faults: readonly Fault[] }).faults),
    clearFaults: () => setFaults([]),
    readResponder: () => json(responder),
    setResponder: ({ body }) => {
      responder = { ...DEFAULT_RESPONDER, ...(body as Partial<ResponderSettings>) };
      return json(responder);
    },
  };
}

const INDEX = {
  name: 'jpki-verifier sandbox',
  note: 'A pretend Japan. Nobody in it exists.',
  openapi: '/openapi.yaml',
  residents: '/residents',
  trustAnchors: '/trust-anchors',
  timestamp: '/timestamp',
  timestampTrustAnchors: '/timestamp/trust-anchors',
  crls: '/crls',
  faults: '/faults',
};

export function generalOperations(world: World): Operations {
  return {
    describe: () => json(INDEX),
    readHealth: () => json({ status: 'ok' }),
    readContract: () => ({ status: 200, type: 'application/yaml', body: readFileSync(CONTRACT_FILE) }),
    readTrustAnchors: () => ({
      status: 200,
      type: 'application/x-pem-file',
      body: allAuthorities(world.register.keys)
        .map((ca) => pem('CERTIFICATE', issueRoot(ca)))
        .join(''),
    }),
    listMunicipalities: () => json({ items: MUNICIPALITIES }),
  };
}
