import { toHex } from '../../core/bytes.ts';
import type { Instant } from '../../core/instant.ts';
import type { AuthenticCrl } from '../../core/revocation/crl.ts';
import { ISSUING_DISTRIBUTION_POINT } from '../../core/revocation/crl-extensions.ts';
import type { ShelvedCrl } from './crl-shelf.ts';
import { keyText } from './key-text.ts';

/**
 * Remembers, for as long as the process lives, the thisUpdate of the newest whole list that was seen of each scope (CA key
 * and issuingDistributionPoint): lists of one scope follow each other (RFC 5280 §5.2.3). Deltas come in between.
 */
export class NewestLists {
  private readonly newest = new Map<string, Instant>();

  remember(crls: readonly ShelvedCrl[]): void {
    for (const { crl } of crls) {
      if (crl.crl.delta) continue;
      const scope = scopeOf(crl);
      const before = this.newest.get(scope) ?? Number.NEGATIVE_INFINITY;
      if (crl.crl.thisUpdate > before) this.newest.set(scope, crl.crl.thisUpdate);
    }
  }

  /** thisUpdate of a later list of its scope; undefined for the newest one. */
  supersededAt(crl: AuthenticCrl): Instant | undefined {
    const newest = this.newest.get(scopeOf(crl));
    return newest !== undefined && newest > crl.crl.thisUpdate ? newest : undefined;
  }
}

function scopeOf({ crl, issuer }: AuthenticCrl): string {
  const point = crl.extensions.find(({ extnID }) => extnID === ISSUING_DISTRIBUTION_POINT);
  return `${keyText(issuer.subjectPublicKeyInfo)} ${point === undefined ? '' : toHex(point.extnValue)}`;
}
