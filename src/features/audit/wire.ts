import type { AuditLine } from '../../core/audit/audit-line.ts';
import type { SealDocument } from '../../core/audit/seal-text.ts';

export interface AuditEventFilters {
  readonly from?: string;
  readonly to?: string;
  readonly act?: string;
  readonly clientId?: string;
  readonly target?: string;
  /** `done`, `replayed`, `refused` for every refusal, or `refused:CODE`. */
  readonly outcome?: string;
  readonly cursor?: string;
  readonly limit?: number;
}

/** A line as it is shown: without its salt, which a proof alone gives out. */
export interface AuditEvent extends Omit<AuditLine, 'id' | 'tenantId' | 'at' | 'salt'> {
  readonly auditId: string;
  readonly at: string;
  /** Where it is sealed; null in the seconds before. */
  readonly sealed: { readonly batch: number; readonly position: number } | null;
}

export interface AuditEventPage {
  readonly items: readonly AuditEvent[];
  readonly nextCursor: string | null;
}

export interface SealFilters {
  /** Seals after that batch. */
  readonly after?: number;
  readonly limit?: number;
}

export interface SealKeyDocument {
  readonly keyId: string;
  readonly algorithm: 'Ed25519';
  /** base64 of the SPKI. */
  readonly publicKey: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
}

export interface SealPage {
  readonly items: readonly SealDocument[];
  readonly keys: readonly SealKeyDocument[];
  /** `after` of the next page. */
  readonly nextAfter: number | null;
}
