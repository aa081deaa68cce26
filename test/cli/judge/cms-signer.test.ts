import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { judgeLine } from '../../../src/cli/judge/judge-line.ts';
import { buildSignedData, buildSignerInfo, newSigner, type Signer } from '../../core/cms/building.ts';
import { newEcKey } from '../../core/signature/keys.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'judge-cms-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = Buffer.from('content');
const signer = newSigner(newEcKey('P-256'), 'signer', 7);
/** Says of itself to be the same certificate. */
const decoy = newSigner(newEcKey('P-256'), 'signer', 7);

function judge(...certificates: readonly Signer[]): unknown {
  const message = join(folder, 'message.p7m');
  const signerInfos = [buildSignerInfo({ signer, content })];
  const ders = certificates.map(({ certificate }) => certificate.der);
  writeFileSync(message, buildSignedData({ signerInfos, content, certificates: ders }));
  return JSON.parse(
    judgeLine(Buffer.from(JSON.stringify({ id: 'x', kind: 'cms', at: '2026-06-01T00:00:00Z', message }))),
  );
}

describe('of several certificates that a sid may mean', () => {
  it('the one counts that verifies the signature, wherever it stands', () => {
    expect(judge(signer)).toMatchObject({ outcome: 'accepted' });
    expect(judge(decoy, signer)).toMatchObject({ outcome: 'accepted' });
    expect(judge(signer, decoy)).toMatchObject({ outcome: 'accepted' });
  });

  it('none does: the signature is wrong', () => {
    expect(judge(decoy)).toMatchObject({ outcome: 'rejected', subIndication: 'SIG_CRYPTO_FAILURE' });
  });

  it('four are tried', () => {
    expect(judge(decoy, decoy, decoy, signer)).toMatchObject({ outcome: 'accepted' });
    expect(judge(decoy, decoy, decoy, decoy, signer)).toMatchObject({ outcome: 'rejected' });
  });
});
