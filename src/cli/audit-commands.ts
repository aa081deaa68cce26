import { hashAuditLine } from '../core/audit/audit-line.ts';
import type { AuditSeal } from '../core/audit/seal.ts';
import { describeSeal } from '../core/audit/seal-text.ts';
import { encodeBase64 } from '../core/base64.ts';
import { toHex } from '../core/bytes.ts';
import { formatInstant } from '../core/rfc3339.ts';
import { createAuditReader } from '../features/audit/reader.ts';
import { describeKey } from '../features/audit/seals.ts';
import type { LineProof } from '../features/audit/service.ts';
import { encodeSealLine } from '../gateway/seal-keeper/seal-lines.ts';
import { auditCrypto } from '../platform/audit-crypto.ts';
import { StartRefused } from '../platform/start-refused.ts';
import { operator } from './administration.ts';
import { type Command, JSON_OPTION, onlyOne, readArguments, WrongUsage } from './arguments.ts';
import { writeHeld } from './audit/held-file.ts';
import { auditTimestamps } from './audit/timestamps-command.ts';
import { verifyAudit } from './audit/verify-command.ts';
import { withTrail } from './audit/with-trail.ts';

export const AUDIT_COMMANDS: Readonly<Record<string, Command>> = {
  'audit verify': verifyAudit,
  'audit timestamps': auditTimestamps,

  'audit proof': async (args, terminal) => {
    const { positionals } = readArguments(args, { allowPositionals: true, options: JSON_OPTION });
    const id = onlyOne(positionals, 'line');
    return withTrail(terminal, async (database) => {
      const { name } = operator();
      const { proofs, waiting } = await createAuditReader(database).prove(id, `operator:${name}`, terminal.clock.now());
      const [proof] = proofs;
      if (proof === undefined) {
        const sentence = waiting.length > 0 ? 'is not sealed yet: ask again in ten seconds' : 'is not in the trail';
        throw new StartRefused([`The line ${id} ${sentence}.`]);
      }
      terminal.out(JSON.stringify(describeProof(proof), null, 2));
      return 0;
    });
  },

  'audit seals': async (args, terminal) => {
    const options = { ...JSON_OPTION, to: { type: 'string' } } as const;
    const { values, positionals } = readArguments(args, { allowPositionals: true, options });
    const { to } = values;
    if (positionals.join(' ') !== 'export' || to === undefined)
      throw new WrongUsage('Say audit seals export --to FILE.');
    return withTrail(terminal, async (database) => {
      const seals = await writeHeld(to, encodeEach(createAuditReader(database).seals()));
      terminal.out(values.json ? JSON.stringify({ seals }) : `${seals} seals were written.`);
      return 0;
    });
  },
};

async function* encodeEach(seals: AsyncIterable<AuditSeal>) {
  for await (const seal of seals) yield encodeSealLine(seal);
}

/** All that it takes to verify it by RFC 9162 §2.1.3.2, and nothing of other lines. */
function describeProof({ line, position, path, seal, key }: LineProof): object {
  return {
    line: { ...line, at: formatInstant(line.at), salt: encodeBase64(line.salt) },
    leafHash: toHex(hashAuditLine(auditCrypto.sha256, line)),
    position,
    path: path.map(toHex),
    seal: describeSeal(seal),
    key: describeKey(key),
  };
}
