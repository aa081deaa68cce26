import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { type RunningSandbox, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts';

/** 2026-06-01T03:00:00Z */
export const NOW = Date.UTC(2026, 5, 1, 3, 0, 0);

export const hasOpenssl: boolean = (() => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();

const run = promisify(execFile);

/** Standard output and error of openssl, whatever it thinks of its input. */
export async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('openssl', [...args]).catch(
    (error) => error as { stdout: string; stderr: string },
  );
  return stdout + stderr;
}

export interface Folder {
  readonly path: string;
  write(name: string, content: Uint8Array | string): string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'sandbox-'));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}

export interface TestSandbox extends RunningSandbox {
  readonly clock: { at: number; now(): number };
  readonly failures: unknown[];
  get<T>(path: string): Promise<T>;
  send(method: string, path: string, body?: unknown): Promise<Response>;
  /** The answer's body, its status having been 2xx. */
  post<T>(path: string, body: unknown): Promise<T>;
  setFaults(...faults: readonly object[]): Promise<void>;
}

export async function openSandbox(settings: Partial<SandboxSettings> = {}): Promise<TestSandbox> {
  const clock = {
    at: NOW,
    now() {
      return this.at;
    },
  };
  const failures: unknown[] = [];
  const log = { info: () => undefined, error: (_event: string, facts?: object) => failures.push(facts) };
  const running = await startSandbox({ host: '127.0.0.1', port: 0, clock, log, ...settings });
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${running.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const taken = async <T>(response: Response): Promise<T> => {
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    ...running,
    clock,
    failures,
    send,
    get: async (path) => taken(await send('GET', path)),
    post: async (path, body) => taken(await send('POST', path, body)),
    setFaults: async (...faults) => {
      await taken(await send('PUT', '/faults', { faults }));
    },
  };
}

export interface CertificateView {
  readonly serialNumber: string;
  readonly kind: 'digital-signature' | 'user-authentication';
  readonly medium: string;
  readonly generation: number;
  readonly municipality: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly onToken: boolean;
  readonly status: string;
  readonly revokedAt: string | null;
  readonly reason: string | null;
  readonly certificate: string;
}

export interface ResidentView {
  readonly id: string;
  readonly alive: boolean;
  readonly name: string;
  readonly address: string;
  readonly municipality: string;
  readonly certificates: readonly CertificateView[];
}

export const derOf = (view: { readonly certificate: string }): Buffer => Buffer.from(view.certificate, 'base64');

export const anchorsOf = async (sandbox: TestSandbox): Promise<string> =>
  (await fetch(`${sandbox.url}/trust-anchors`)).text();

const OCSP_NONCE = '1.3.6.1.5.5.7.48.1.2';

const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** DER OCSPRequest by pkijs. */
export function ocspRequest(
  leaf: pkijs.Certificate,
  issuer: pkijs.Certificate,
  nonce?: Uint8Array,
  hash = 'sha1',
): Uint8Array {
  const digest = (bytes: ArrayBuffer | Uint8Array) =>
    buffer(
      createHash(hash)
        .update(new Uint8Array(bytes as ArrayBuffer))
        .digest(),
    );
  const request = new pkijs.OCSPRequest();
  const reqCert = new pkijs.CertID({
    hashAlgorithm: new pkijs.AlgorithmIdentifier({
      algorithmId: hash === 'sha1' ? '1.3.14.3.2.26' : '2.16.840.1.101.3.4.2.1',
      algorithmParams: new asn1js.Null(),
    }),
    issuerNameHash: new asn1js.OctetString({ valueHex: digest(leaf.issuer.toSchema().toBER()) }),
    issuerKeyHash: new asn1js.OctetString({
      valueHex: digest(issuer.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView),
    }),
    serialNumber: leaf.serialNumber,
  });
  request.tbsRequest.requestList = [new pkijs.Request({ reqCert })];
  if (nonce !== undefined) {
    const extnValue = new asn1js.OctetString({ valueHex: buffer(nonce) }).toBER();
    request.tbsRequest.requestExtensions = [new pkijs.Extension({ extnID: OCSP_NONCE, extnValue })];
  }
  return new Uint8Array(request.toSchema(true).toBER());
}

export interface OcspAnswer {
  readonly responseStatus: number;
  readonly basic: pkijs.BasicOCSPResponse | undefined;
  /** Tag number of CertStatus: 0 good, 1 revoked, 2 unknown. */
  readonly certStatus: number | undefined;
  readonly reason: number | undefined;
  readonly nonce: Uint8Array | undefined;
}

export function readOcsp(bytes: Uint8Array): OcspAnswer {
  const response = pkijs.OCSPResponse.fromBER(buffer(bytes));
  const responseStatus = response.responseStatus.valueBlock.valueDec;
  if (response.responseBytes === undefined) {
    return { responseStatus, basic: undefined, certStatus: undefined, reason: undefined, nonce: undefined };
  }
  const basic = pkijs.BasicOCSPResponse.fromBER(buffer(response.responseBytes.response.valueBlock.valueHexView));
  const status = basic.tbsResponseData.responses[0]?.certStatus as asn1js.Constructed | undefined;
  const reason = (status?.valueBlock.value?.[1] as asn1js.Constructed | undefined)?.valueBlock.value[0];
  const nonce = basic.tbsResponseData.responseExtensions?.find(({ extnID }) => extnID === OCSP_NONCE);
  return {
    responseStatus,
    basic,
    certStatus: status?.idBlock.tagNumber,
    reason: (reason as asn1js.Enumerated | undefined)?.valueBlock.valueDec,
    nonce: nonce?.extnValue.valueBlock.valueHexView.subarray(2),
  };
}

export const postOcsp = (sandbox: TestSandbox, kind: string, request: Uint8Array): Promise<Response> =>
  fetch(`${sandbox.url}/ocsp/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/ocsp-request' },
    body: Buffer.from(request),
    redirect: 'manual',
  });

export const certificateOf = (der: Uint8Array): pkijs.Certificate => pkijs.Certificate.fromBER(buffer(der));
