import type { Authority } from '../features/tenants/authority.ts';
import { TENANT_ROLES } from '../features/tenants/caller.ts';
import { WITHOUT_EFFECT } from '../features/tenants/service.ts';
import type { TenantView } from '../features/tenants/wire.ts';
import { resultOf, withTenants } from './administration.ts';
import { type Command, isDate, JSON_OPTION, onlyOne, readArguments, WrongUsage } from './arguments.ts';

const MOST_ON_A_PAGE = 500;

export const TENANT_COMMANDS: Readonly<Record<string, Command>> = {
  'tenants create': async (args, terminal) => {
    const { values, positionals } = readArguments(args, {
      allowPositionals: true,
      options: {
        ...JSON_OPTION,
        role: { type: 'string' },
        authority: { type: 'string' },
        'authority-reference': { type: 'string' },
        'authority-from': { type: 'string' },
        'authority-to': { type: 'string' },
      },
    });
    const name = onlyOne(positionals, 'tenant name');
    const role = TENANT_ROLES.find((one) => one === (values.role ?? 'verifier'));
    if (role === undefined) throw new WrongUsage(`--role is one of ${TENANT_ROLES.join(', ')}.`);
    const authority = readAuthority(values);
    const request = { name, role, ...(authority === undefined ? {} : { authority }) };
    return withTenants(terminal, async (tenants, operator) => {
      const created = resultOf(await tenants.createTenant(operator, request));
      terminal.out(values.json ? JSON.stringify(created) : `Tenant ${created.name} (${created.tenantId}) was made.`);
    });
  },

  'tenants list': async (args, terminal) => {
    const { values } = readArguments(args, { options: JSON_OPTION });
    return withTenants(terminal, async (tenants) => {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await tenants.listTenants(cursor, MOST_ON_A_PAGE);
        for (const tenant of page.items) terminal.out(values.json ? JSON.stringify(tenant) : lineOf(tenant));
        cursor = page.nextCursor;
      }
    });
  },

  'tenants suspend': (args, terminal) => setStatus('suspended', args, terminal),
  'tenants resume': (args, terminal) => setStatus('active', args, terminal),

  'tenants policy': async (args, terminal) => {
    const { values, positionals } = readArguments(args, {
      allowPositionals: true,
      options: { ...JSON_OPTION, set: { type: 'string', multiple: true } },
    });
    const name = onlyOne(positionals, 'tenant name');
    const { set } = values;
    return withTenants(terminal, async (tenants, operator) => {
      const changed = set === undefined ? tenants.readTenant(name) : tenants.setPolicy(operator, name, set);
      const { policy, policyVersion } = resultOf(await changed);
      const lines = Object.entries(policy).map(([key, value]) => `${key}=${value ?? 'none'}`);
      terminal.out(values.json ? JSON.stringify({ name, policyVersion, policy }) : lines.join('\n'));
      for (const key of WITHOUT_EFFECT.filter((one) => set?.some((assignment) => assignment.startsWith(`${one}=`)))) {
        terminal.err(
          `${key} is stored and has no effect in this version. ${key}は保存されますが、この版では効果がありません。`,
        );
      }
    });
  },
};

function setStatus(status: TenantView['status'], ...[args, terminal]: Parameters<Command>): Promise<number> {
  const { values, positionals } = readArguments(args, { allowPositionals: true, options: JSON_OPTION });
  const name = onlyOne(positionals, 'tenant name');
  return withTenants(terminal, async (tenants, operator) => {
    const tenant = resultOf(await tenants.setStatus(operator, name, status));
    terminal.out(values.json ? JSON.stringify(tenant) : lineOf(tenant));
  });
}

const lineOf = ({ name, role, status, createdAt }: TenantView) => `${name}  ${role}  ${status}  ${createdAt}`;

function readAuthority(values: Readonly<Record<string, unknown>>): Authority | undefined {
  const { authority: kind, 'authority-reference': reference, 'authority-from': from, 'authority-to': to } = values;
  if ([kind, reference, from, to].every((value) => value === undefined)) return undefined;
  if (kind !== 'accreditation' && kind !== 'contract') {
    throw new WrongUsage('--authority is accreditation or contract.');
  }
  if (typeof reference !== 'string' || reference === '') throw new WrongUsage('--authority-reference is missing.');
  if (!isDate(from) || !(to === undefined || isDate(to))) {
    throw new WrongUsage('--authority-from and --authority-to are dates, YYYY-MM-DD; the first is required.');
  }
  if (to !== undefined && to < from) throw new WrongUsage('--authority-to is before --authority-from.');
  return { kind, reference, from, to: to ?? null };
}
