import type { Certificate } from '../certificate.ts';
import { EMAIL_ADDRESS } from '../compare-names.ts';
import type { GeneralName } from '../name.ts';
import { placeInSubtree } from './subtrees.ts';

/** Comparisons of a name with a subtree along one path; beyond them the path is refused. */
const MAX_COMPARISONS = 65_536;

/**
 * permitted_subtrees and excluded_subtrees (RFC 5280 §6.1.2 (b), (c)). The intersection of permitted subtrees is kept as
 * the list of its terms: a name must satisfy each.
 */
export class NameConstraintState {
  private readonly permitted: (readonly GeneralName[])[] = [];
  private readonly excluded: GeneralName[] = [];
  private comparisons = 0;

  /** §6.1.4(g). */
  add(certificate: Certificate): void {
    const { nameConstraints } = certificate.extensions;
    if (nameConstraints?.permittedSubtrees !== undefined) this.permitted.push(nameConstraints.permittedSubtrees);
    this.excluded.push(...(nameConstraints?.excludedSubtrees ?? []));
  }

  /** §6.1.3 (b), (c): do all the names of the certificate lie where they may? */
  admits(certificate: Certificate): boolean {
    if (this.permitted.length === 0 && this.excluded.length === 0) return true;
    return namesOf(certificate).every((name) => this.admitsName(name));
  }

  private admitsName(name: GeneralName): boolean {
    const isPermitted = this.permitted.every((subtrees) => {
      const sameType = subtrees.filter(({ type }) => type === name.type);
      return sameType.length === 0 || sameType.some((base) => this.place(name, base) === 'inside');
    });
    return (
      isPermitted && this.excluded.every((base) => base.type !== name.type || this.place(name, base) === 'outside')
    );
  }

  private place(name: GeneralName, base: GeneralName): ReturnType<typeof placeInSubtree> {
    return ++this.comparisons > MAX_COMPARISONS ? 'unknown' : placeInSubtree(name, base);
  }
}

/** The subject, every subjectAltName, and mail addresses inside the subject, whether a subjectAltName is there or not. */
function namesOf({ subject, extensions }: Certificate): readonly GeneralName[] {
  const names: GeneralName[] = [...(extensions.subjectAltName ?? [])];
  if (subject.rdns.length > 0) names.push({ type: 'directoryName', value: subject });
  for (const { type, value } of subject.rdns.flat()) {
    if (type === EMAIL_ADDRESS) names.push({ type: 'rfc822Name', value: value ?? '' });
  }
  return names;
}
