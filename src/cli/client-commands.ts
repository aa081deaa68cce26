import { createHash, X509Certificate } from 'node:crypto';
import { OVERLAP_SECONDS } from '../features/tenants/clients.ts';
import type { ClientView } from '../features/tenants/wire.ts';
import { resultOf, withTenants } from './administration.ts';
import { type Command, isDate, JSON_OPTION, onlyOne, readArguments, WrongUsage } from './arguments.ts';
import type { Terminal } from './terminal.ts';

const OPTIONS = {
  ...JSON_OPTION,
  tenant: { type: 'string' },
  name: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
  'external-id': { type: 'string' },
  certificate: { type: 'string' },
} as const;
const OF_ONE = { ...JSON_OPTION, tenant: { type: 'string' } } as const;
const MOST_ON_A_PAGE = 500;
const NONE = 'none';

export const CLIENT_COMMANDS: Readonly<Record<string, Command>> = {
  'clients create': async (args, terminal) => {
    const { values } = readArguments(args, { options: { ...OPTIONS, 'no-key': { type: 'boolean' } } });
    const tenant = tenantOf(values);
    const { scopes, ...change } = readChange(values, terminal);
    if (scopes === undefined) throw new WrongUsage('--scopes SCOPE[,SCOPE...] is missing.');
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null));
    const request = { ...given, tenant, scopes, withKey: values['no-key'] !== true };
    return withTenants(terminal, async (tenants, operator) => {
      const { clientId, apiKey } = resultOf(await tenants.clients.create(operator, request));
      const sentence = `Client ${clientId} was made.${keySentence(apiKey)}`;
      terminal.out(values.json ? JSON.stringify({ clientId, apiKey }) : sentence);
    });
  },

  'clients list': async (args, terminal) => {
    const { values } = readArguments(args, { options: OF_ONE });
    const tenant = tenantOf(values);
    return withTenants(terminal, async (tenants) => {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = resultOf(await tenants.clients.list(tenant, cursor, MOST_ON_A_PAGE));
        for (const client of page.items) terminal.out(values.json ? JSON.stringify(client) : lineOf(client));
        cursor = page.nextCursor;
      }
    });
  },

  'clients change': async (args, terminal) => {
    const { values, positionals } = readArguments(args, { allowPositionals: true, options: OPTIONS });
    const id = onlyOne(positionals, 'client id');
    const tenant = tenantOf(values);
    const change = readChange(values, terminal);
    return withTenants(terminal, async (tenants, operator) =>
      show(resultOf(await tenants.clients.change(operator, tenant, id, change)), values, terminal),
    );
  },

  'clients rotate': async (args, terminal) => {
    const { values, positionals } = readArguments(args, {
      allowPositionals: true,
      options: { ...OF_ONE, overlap: { type: 'string' } },
    });
    const id = onlyOne(positionals, 'client id');
    const tenant = tenantOf(values);
    const { overlap = String(OVERLAP_SECONDS.usual) } = values;
    if (!/^\d{1,9}$/.test(overlap)) throw new WrongUsage('--overlap is a whole number of seconds.');
    return withTenants(terminal, async (tenants, operator) => {
      const { clientId, apiKey, keys } = resultOf(await tenants.clients.rotate(operator, tenant, id, Number(overlap)));
      const old = keys.filter(({ endsAt }) => endsAt !== null).map(({ endsAt }) => ` The one before ends ${endsAt}.`);
      const sentence = `Client ${clientId} has a new key.${old.join('')}${keySentence(apiKey)}`;
      terminal.out(values.json ? JSON.stringify({ clientId, apiKey, keys }) : sentence);
    });
  },

  'clients revoke': async (args, terminal) => {
    const { values, positionals } = readArguments(args, { allowPositionals: true, options: OF_ONE });
    const id = onlyOne(positionals, 'client id');
    const tenant = tenantOf(values);
    return withTenants(terminal, async (tenants, operator) =>
      show(resultOf(await tenants.clients.revoke(operator, tenant, id)), values, terminal),
    );
  },
};

const keySentence = (apiKey: string | null) => (apiKey === null ? '' : ` Its API key, shown this once:\n${apiKey}`);

function tenantOf({ tenant }: { readonly tenant?: string | undefined }): string {
  if (tenant === undefined) throw new WrongUsage('--tenant NAME is missing.');
  return tenant;
}

function show(client: ClientView, { json }: { readonly json?: boolean | undefined }, { out }: Terminal): void {
  out(json ? JSON.stringify(client) : lineOf(client));
}

function lineOf({ clientId, name, scopes, keys, revokedAt, expiresAt, lastUsedAt }: ClientView): string {
  const state = revokedAt === null ? `ends ${expiresAt ?? 'never'}` : `revoked ${revokedAt}`;
  const used = `last used ${lastUsedAt ?? 'never'}`;
  return [
    clientId,
    name ?? '-',
    scopes.join(','),
    `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
    state,
    used,
  ].join('  ');
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** What is not named stays; `none` takes it away. */
function readChange(values: Values, terminal: Terminal) {
  const { name, scopes, expires, 'external-id': externalId, certificate } = values;
  return {
    ...(typeof name === 'string' ? { name: name === NONE ? null : name } : {}),
    ...(typeof scopes === 'string' ? { scopes: scopes.split(',').map((scope) => scope.trim()) } : {}),
    ...(typeof expires === 'string' ? { expiresAt: readInstant(expires) } : {}),
    ...(typeof externalId === 'string' ? { externalId: externalId === NONE ? null : externalId } : {}),
    ...(typeof certificate === 'string' ? { certificateSha256: readThumbprint(certificate, terminal) } : {}),
  };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

function readInstant(text: string): Date | null {
  if (text === NONE) return null;
  if (isDate(text.slice(0, 10)) && INSTANT.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text);
  throw new WrongUsage('--expires is an instant in UTC, as in 2027-03-31T15:00:00Z, or none.');
}

/** SHA-256 in hexadecimal, or the certificate itself in a PEM file. */
function readThumbprint(text: string, terminal: Terminal): string | null {
  if (text === NONE) return null;
  if (/^[0-9a-f]{64}$/i.test(text)) return text;
  try {
    return createHash('sha256')
      .update(new X509Certificate(terminal.readFile(text)).raw)
      .digest('hex');
  } catch {
    throw new WrongUsage('--certificate is a PEM file, the SHA-256 of a certificate in hexadecimal, or none.');
  }
}
