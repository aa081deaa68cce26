import type { Command } from './arguments.ts';

/** Commands by their words. */
type Commands = Readonly<Record<string, Command>>;

const deployment = async () => (await import('./deployment-commands.ts')).DEPLOYMENT_COMMANDS;

/**
 * The commands by their first word, each loaded when it is asked for: `judge` would hold the whole service in memory
 * beside its cases.
 */
export const COMMAND_GROUPS: Readonly<Record<string, () => Promise<Commands>>> = {
  config: deployment,
  migrate: deployment,
  tenants: async () => (await import('./tenant-commands.ts')).TENANT_COMMANDS,
  clients: async () => (await import('./client-commands.ts')).CLIENT_COMMANDS,
  audit: async () => (await import('./audit-commands.ts')).AUDIT_COMMANDS,
  keys: async () => (await import('./key-commands.ts')).KEY_COMMANDS,
  evidence: async () => (await import('./evidence-commands.ts')).EVIDENCE_COMMANDS,
  retention: async () => (await import('./retention-commands.ts')).RETENTION_COMMANDS,
  judge: async () => (await import('./judge-command.ts')).JUDGE_COMMAND,
};
