import type { Target } from './target.ts';
import { certificateTarget } from './targets/certificate.ts';
import { cmsTarget } from './targets/cms.ts';
import { crlTarget } from './targets/crl.ts';
import { jsonBodyTarget } from './targets/json-body.ts';
import { ocspResponseTarget } from './targets/ocsp-response.ts';
import { rawContentTarget } from './targets/raw-content.ts';
import { timestampResponseTarget } from './targets/timestamp-response.ts';

export const TARGETS: readonly Target[] = [
  certificateTarget,
  crlTarget,
  ocspResponseTarget,
  cmsTarget,
  timestampResponseTarget,
  rawContentTarget,
  jsonBodyTarget,
];
