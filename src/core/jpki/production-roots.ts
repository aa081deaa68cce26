import type { CertificateKind } from './certificate-kind.ts';

/** A root certificate known by its fingerprint. */
export interface AnchorPin {
  readonly name: string;
  readonly kind: CertificateKind;
  readonly generation: number;
  /** SHA-256 of the DER certificate, lower-case hexadecimal. */
  readonly sha256: string;
  /** Lower-case hexadecimal; all generations share one DN, this tells them apart. */
  readonly subjectKeyIdentifier: string;
}

/** The six production roots that J-LIS publishes at https://www.jpki.go.jp/ca/ (generation 1 expired on 2025-10-19). */
export const PRODUCTION_ROOTS: readonly AnchorPin[] = [
  {
    name: 'signca01',
    kind: 'digital-signature',
    generation: 1,
    sha256: '19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355',
    subjectKeyIdentifier: '0d034cbb34d0714f45e45a1cafd8fd143fab54a7',
  },
  {
    name: 'signca02',
    kind: 'digital-signature',
    generation: 2,
    sha256: '79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb',
    subjectKeyIdentifier: '4de017de4b7f473dcd867a62d38b134ace83558a',
  },
  {
    name: 'signca03',
    kind: 'digital-signature',
    generation: 3,
    sha256: 'd227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f',
    subjectKeyIdentifier: 'd21ea55895617e93adbf966b941ab4edf653f08f',
  },
  {
    name: 'authca01',
    kind: 'user-authentication',
    generation: 1,
    sha256: '4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d',
    subjectKeyIdentifier: '9567951b5ca70d84a0fff1d85a87f1aab1340385',
  },
  {
    name: 'authca02',
    kind: 'user-authentication',
    generation: 2,
    sha256: '0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6',
    subjectKeyIdentifier: '8cd5586a891485e559379b7e29d410cfd28b3593',
  },
  {
    name: 'authca03',
    kind: 'user-authentication',
    generation: 3,
    sha256: '64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5',
    subjectKeyIdentifier: '1ac100f596a3bc8c4b3df195e32699249e9e308a',
  },
];
