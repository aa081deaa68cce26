import { placeWithin } from '../compare-names.ts';
import type { GeneralName } from '../name.ts';

/**
 * Where a name lies by one subtree of RFC 5280 §4.2.1.10. `unknown`: the name or the subtree is not of a form that can be
 * judged, so it is neither surely permitted nor surely not excluded.
 */
export type Position = 'inside' | 'outside' | 'unknown';

/** The position of `name` by `base`, which is of the same type. */
export function placeInSubtree(name: GeneralName, base: GeneralName): Position {
  switch (name.type) {
    case 'directoryName':
      return base.type === name.type ? placeWithin(name.value, base.value) : 'outside';
    case 'dNSName':
      return base.type === name.type ? placeDnsName(name.value, base.value) : 'outside';
    case 'rfc822Name':
      return base.type === name.type ? placeMailbox(name.value, base.value) : 'outside';
    case 'uniformResourceIdentifier':
      return base.type === name.type ? placeUri(name.value, base.value) : 'outside';
    case 'iPAddress':
      return base.type === name.type ? placeAddress(name.value, base.value) : 'outside';
    default:
      // otherName, x400Address, ediPartyName and registeredID have no rule here: rejected, never ignored.
      return 'unknown';
  }
}

const HOST = /^(?:[a-z0-9_-]+\.)*[a-z0-9_-]+$/;
const IPV4_LIKE = /^[0-9.]+$/;

function hostOf(text: string): string | undefined {
  const host = text.toLowerCase().replace(/\.$/, '');
  return HOST.test(host) ? host : undefined;
}

/** "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side". */
function placeDnsName(name: string, base: string): Position {
  if (base === '') return 'inside';
  const wildcard = name.startsWith('*.');
  const host = hostOf(wildcard ? name.slice(2) : name);
  // A leading dot has a meaning in mailboxes and URIs alone: some take it here for the names below, some for nothing.
  const below = hostOf(base);
  if (host === undefined || below === undefined) return 'unknown';
  if (host === below || host.endsWith(`.${below}`)) return 'inside';
  // The asterisk may stand for a name within the subtree.
  return wildcard && below.endsWith(`.${host}`) ? 'unknown' : 'outside';
}

/** A host alone: "host.example.com" is that host, ".example.com" what lies below it. */
function placeHost(host: string, base: string): Position {
  const named = hostOf(base.startsWith('.') ? base.slice(1) : base);
  if (named === undefined) return 'unknown';
  const inside = base.startsWith('.') ? host.endsWith(`.${named}`) : host === named;
  return inside ? 'inside' : 'outside';
}

/** A mailbox, a host, or a domain with a leading dot. */
function placeMailbox(name: string, base: string): Position {
  const [local, domain, ...more] = name.split('@');
  const host = domain === undefined ? undefined : hostOf(domain);
  // Quoted local parts may hold an "@"; they are not taken apart here.
  if (local === undefined || local === '' || host === undefined || more.length > 0 || local.includes('"'))
    return 'unknown';
  if (!base.includes('@')) return placeHost(host, base);
  const [baseLocal, baseDomain, ...rest] = base.split('@');
  const baseHost = hostOf(baseDomain ?? '');
  if (baseLocal === undefined || baseHost === undefined || rest.length > 0) return 'unknown';
  if (host !== baseHost) return 'outside';
  if (local === baseLocal) return 'inside';
  // §7.5: the local part is compared as it stands, but no mail system keeps such mailboxes apart.
  return local.toLowerCase() === baseLocal.toLowerCase() ? 'unknown' : 'outside';
}

const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@\\]*@)?([^/?#@:\\[\]]+)(?::[0-9]*)?(?:[/?#]|$)/i;

/** By the host of the authority; a URI without one, or with an address there, cannot be judged and MUST be rejected. */
function placeUri(name: string, base: string): Position {
  const host = hostOf(AUTHORITY.exec(name)?.[1] ?? '');
  return host === undefined || IPV4_LIKE.test(host) ? 'unknown' : placeHost(host, base);
}

/** `base`: address and mask of the same version, which decoding has seen to. */
function placeAddress(address: Uint8Array, base: Uint8Array): Position {
  if (base.length !== address.length * 2) return 'outside';
  for (let i = 0; i < address.length; i++) {
    const mask = base[address.length + i] as number;
    if (((address[i] as number) & mask) !== ((base[i] as number) & mask)) return 'outside';
  }
  return 'inside';
}
