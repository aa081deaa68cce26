import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Who is at the other end. */
export interface Peer {
  /** Its IP address, as trusted proxies tell it. */
  readonly address: string | null;
  /** Of the certificate that it proved to own, in hexadecimal. */
  readonly certificateSha256: string | null;
}

export type ReadPeer = (request: IncomingMessage) => Peer;

export interface ProxySettings {
  /** IP addresses, or networks as `10.0.0.0/8`; what anyone else says about a peer is ignored. */
  readonly trusted: readonly string[];
  /** Lower case; the header in which a trusted proxy hands on the client's certificate. */
  readonly certificateHeader: string | undefined;
}

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const plain = (address: string): string => IPV4_IN_IPV6.exec(address)?.[1] ?? address;

/** Reads the peer of a request: of the connection itself, or, where that is a trusted proxy's, as the proxy says. */
export function createPeerReader({ trusted, certificateHeader }: ProxySettings): ReadPeer {
  const proxies = buildBlockList(trusted);
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (request) => {
    const { socket } = request;
    const address = socket.remoteAddress === undefined ? null : plain(socket.remoteAddress);
    if (trusted.length === 0 || address === null || !isProxy(address)) {
      return { address, certificateSha256: certificateOf(socket) };
    }
    const header = certificateHeader === undefined ? undefined : request.headers[certificateHeader];
    return {
      address: forwardedFor(request, isProxy) ?? address,
      certificateSha256: typeof header === 'string' ? decodeCertificateHeader(header) : null,
    };
  };
}

/** Undefined for what is neither an address nor a network. */
export function decodeNetwork(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  if (prefix === undefined) return text;
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  return bits <= (version === 4 ? 32 : 128) ? text : undefined;
}

function buildBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** The last address of X-Forwarded-For that is no proxy of ours: what stands before it anybody may have written. */
function forwardedFor(request: IncomingMessage, isProxy: (address: string) => boolean): string | undefined {
  const header = request.headers['x-forwarded-for'];
  const addresses = typeof header === 'string' ? header.split(',').map((one) => plain(one.trim())) : [];
  for (const address of addresses.reverse()) {
    if (isIP(address) === 0) return undefined;
    if (!isProxy(address)) return address;
  }
  return undefined;
}

/** A connection's certificate does not change; hashing it for each request would cost more than it says. */
const known = new WeakMap<TLSSocket, string | null>();

/** Only a certificate that the listener's own CAs issued counts (`authorized`). */
function certificateOf(socket: unknown): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  const before = known.get(socket);
  if (before !== undefined) return before;
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  const sha256 = certificate === undefined ? null : thumbprint(certificate.raw);
  known.set(socket, sha256);
  return sha256;
}

const thumbprint = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

const BYTE_SEQUENCE = /^:([A-Za-z0-9+/]+={0,2}):$/;
const THUMBPRINT = /^[0-9a-f]{64}$/i;
const ESCAPED_PEM = /^-----BEGIN(?:%20|\+| )CERTIFICATE-----/;

/**
 * The certificate as proxies hand it on: RFC 9440 (`:base64 of the DER:`), PEM with percent-encoding (nginx's
 * `$ssl_client_escaped_cert`), or its SHA-256 in hexadecimal. Null for anything else, two values in one header included.
 */
function decodeCertificateHeader(value: string): string | null {
  if (THUMBPRINT.test(value)) return value.toLowerCase();
  const base64 = BYTE_SEQUENCE.exec(value)?.[1];
  try {
    if (base64 !== undefined) return thumbprint(new X509Certificate(Buffer.from(base64, 'base64')).raw);
    if (ESCAPED_PEM.test(value)) return thumbprint(new X509Certificate(decodeURIComponent(value)).raw);
  } catch {
    return null;
  }
  return null;
}
