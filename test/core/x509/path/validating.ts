import type { Certificate } from '../../../../src/core/x509/certificate.ts';
import type { PathFailure, PathResult, PathSettings } from '../../../../src/core/x509/path/path.ts';
import { type PathInput, validatePath } from '../../../../src/core/x509/path/validate-path.ts';
import { nodeCrypto } from '../../../../src/platform/crypto.ts';
import type { Entity } from '../certificate-builder.ts';

const AT = Date.UTC(2026, 10, 22);
const SETTINGS: PathSettings = {
  initialPolicySet: ['2.5.29.32.0'],
  initialExplicitPolicy: false,
  initialPolicyMappingInhibit: false,
  initialAnyPolicyInhibit: false,
};

/** Validates at one time under the default settings of §6.1.1, unless told otherwise. */
export function validate(
  target: Entity,
  anchors: readonly Entity[],
  untrusted: readonly Entity[] = [],
  more: Partial<PathInput> = {},
): PathResult {
  const certificates = (entities: readonly Entity[]): Certificate[] => entities.map(({ certificate }) => certificate);
  return validatePath({
    target: target.certificate,
    anchors: certificates(anchors),
    untrusted: certificates(untrusted),
    at: AT,
    settings: SETTINGS,
    crypto: nodeCrypto,
    ...more,
  });
}

/** Code and index of each failure. */
export const told = (failures: readonly PathFailure[]): string[] =>
  failures.map(({ code, index }) => `${code}@${index}`);
