import type { Instant } from '../instant.ts';
import { LEAF_PREFIX } from './merkle-tree.ts';
import { type OctetWriter, writeOctets } from './octets.ts';
import type { Sha256 } from './sha256.ts';

/** One act, as it stands in the audit trail. */
export interface AuditLine {
  readonly id: string;
  /** UUID; the nil UUID for acts of the deployment itself. */
  readonly tenantId: string;
  /** Whole milliseconds. */
  readonly at: Instant;
  /** `client:cli_…`, `operator:NAME`, `system` or `unknown`. */
  readonly actor: string;
  /** The scope or role that allowed the act, or that it would have needed. */
  readonly right: string | null;
  readonly act: string;
  /** An id of ours. */
  readonly target: string | null;
  /** `done`, `replayed` or `refused:CODE`. */
  readonly outcome: string;
  /** Address of the peer. */
  readonly from: string | null;
  readonly requestId: string | null;
  /** Of how many such acts the line tells: more than one where a flood of refusals is counted. */
  readonly count: number;
  /** 16 random octets: without them nobody can guess a line and try it against its leaf hash. */
  readonly salt: Uint8Array;
}

const VERSION = 1;

/**
 * The canonical encoding, version 1: version (1 octet), salt (16), tenant (16), time in milliseconds (8), count (4); then
 * each text in UTF-8 behind its length (4), or ffffffff for none. Numbers are big-endian. No two lines share an encoding.
 * The database hashes the same octets when it seals: audit_line_octets in the migrations.
 */
export const encodeAuditLine = (line: AuditLine): Uint8Array => writeOctets((writer) => writeLine(writer, line));

/** hashLeaf of its encoding, without a copy of it: trails are long. */
export function hashAuditLine(sha256: Sha256, line: AuditLine): Uint8Array {
  return sha256(
    writeOctets((writer) => {
      writer.uint8(LEAF_PREFIX);
      writeLine(writer, line);
    }),
  );
}

function writeLine(writer: OctetWriter, line: AuditLine): void {
  writer.uint8(VERSION);
  writer.octets(line.salt, 16);
  writer.uuid(line.tenantId);
  writer.uint64(line.at);
  writer.uint32(line.count);
  writer.text(line.id);
  writer.text(line.actor);
  writer.text(line.right);
  writer.text(line.act);
  writer.text(line.target);
  writer.text(line.outcome);
  writer.text(line.from);
  writer.text(line.requestId);
}
