import { createStage, type Stage } from './demo-stage.ts';
import { connectDemo, type DemoTargets, type DemoWire, type SignedRequest, type Verdict } from './demo-wire.ts';

export interface DemoSettings extends DemoTargets {
  readonly print: (line: string) => void;
}

const PURPOSE = 'account-opening';
const TEXT = 'サンドボックス銀行の口座開設を申し込みます。';

/** Everybody in the tour is made up. */
const RESIDENT = {
  name: '実演　みほん',
  dateOfBirth: '419950504',
  gender: '2',
  address: '神奈川県横浜市中区架空町３丁目１５番地　見本マンション７０２号',
  municipality: '14104',
};

/** The tour of the product over real HTTP. True: everything came as the tour says. */
export async function runDemo({ print, ...targets }: DemoSettings): Promise<boolean> {
  const stage = createStage(print);
  const wire = connectDemo(targets);
  print(`jpki-verifier ${targets.serviceUrl} · sandbox ${targets.sandboxUrl}`);
  try {
    await wire.setFaults([]);
    await tour(wire, stage);
  } catch (error) {
    stage.expectThat(false, (error as Error).message);
  }
  print('');
  print(
    stage.kept
      ? 'すべて説明どおりでした。 Everything came as the tour says.'
      : '説明と違う結果がありました。 Something came otherwise.',
  );
  return stage.kept;
}

async function tour(wire: DemoWire, stage: Stage): Promise<void> {
  const residentId = await getCard(wire, stage);
  await passOnce(wire, stage, residentId);
  await flipBit(wire, stage, residentId);
  await showExpired(wire, stage);
  await loseCard(wire, stage, residentId);
  await distrustOcsp(wire, stage, residentId);
}

/** A challenge and the card's signature over it: a body for POST /jpki/verify. */
async function signChallenge(wire: DemoWire, residentId: string): Promise<SignedRequest> {
  const challenge = await wire.issueChallenge({ kind: 'signature', purpose: PURPOSE, text: TEXT });
  const { challengeId, content } = challenge;
  return wire.sign(residentId, { purpose: PURPOSE, challengeId, content });
}

async function getCard(wire: DemoWire, stage: Stage): Promise<string> {
  stage.scene('住民がカードを受け取る', 'A resident gets a card');
  const { id } = await wire.createResident(RESIDENT);
  stage.tell(`${RESIDENT.name} (${id}): 署名用電子証明書・利用者証明用電子証明書`);
  return id;
}

async function passOnce(wire: DemoWire, stage: Stage, residentId: string): Promise<void> {
  stage.scene(
    'チャレンジを発行し、カードで署名し、検証する',
    'The service issues a challenge, the card signs it, the service verifies',
  );
  const challenge = await wire.issueChallenge({ kind: 'signature', purpose: PURPOSE, text: TEXT });
  stage.tell(`POST /jpki/challenges → ${challenge.challengeId}, ${challenge.expiresAt}`);
  const { challengeId, content } = challenge;
  const request = await wire.sign(residentId, { purpose: PURPOSE, challengeId, content });
  stage.tell(`カードの署名 card signature: ${request.signature.value.slice(0, 44)}…`);
  const verdict = await wire.verify(request);
  stage.expect(verdict, { indication: 'TOTAL-PASSED' }, `POST /jpki/verify → ${verdict.verificationId}`);
  showAttributes(stage, verdict);

  stage.scene('同じ署名をもう一度送る', 'The same signature again: a replay');
  const again = await wire.verify(request);
  const refused = {
    indication: 'INDETERMINATE',
    subIndication: 'SIG_CONSTRAINTS_FAILURE',
    failedCheck: 'challenge.unused',
  };
  stage.expect(again, refused);
  stage.tell('チャレンジは一度しか使えません。 A challenge can be used only once.');
}

function showAttributes(stage: Stage, { attributes, legalMethod }: Verdict): void {
  if (attributes !== null) {
    stage.tell(`氏名     name           ${attributes.name}`);
    stage.tell(`住所     address        ${attributes.address}`);
    stage.tell(`生年月日 date of birth  ${attributes.dateOfBirth?.value}`);
    stage.tell(`性別     gender         ${attributes.gender}`);
  }
  if (legalMethod !== null) stage.tell(`法的根拠 legal method   ${legalMethod.article}`);
  const certified =
    attributes?.name === RESIDENT.name &&
    attributes.address === RESIDENT.address &&
    attributes.dateOfBirth?.value === '1995-05-04' &&
    attributes.gender === 'female';
  stage.expectThat(certified, '基本4情報は証明書のとおり the four attributes are the certificate’s');
}

async function flipBit(wire: DemoWire, stage: Stage, residentId: string): Promise<void> {
  stage.scene('署名の1ビットを反転する', 'One bit of the signature is flipped');
  const request = await signChallenge(wire, residentId);
  const octets = Buffer.from(request.signature.value, 'base64');
  octets[100] = (octets[100] as number) ^ 0x01;
  const flipped = { ...request, signature: { ...request.signature, value: octets.toString('base64') } };
  stage.expect(await wire.verify(flipped), { indication: 'TOTAL-FAILED', subIndication: 'SIG_CRYPTO_FAILURE' });
  stage.tell('偽の署名ではチャレンジは消費されません。 A bad signature does not use the challenge up:');
  stage.expect(await wire.verify(request), { indication: 'TOTAL-PASSED' }, '元の署名 the true one');
}

async function showExpired(wire: DemoWire, stage: Stage): Promise<void> {
  stage.scene('有効期限の切れた証明書', 'An expired certificate');
  const request = await signChallenge(wire, 'kigen-kire');
  stage.expect(await wire.verify(request), { indication: 'TOTAL-FAILED', subIndication: 'EXPIRED' });
}

async function loseCard(wire: DemoWire, stage: Stage, residentId: string): Promise<void> {
  stage.scene('カードの紛失が届け出られる', 'The card is reported lost');
  stage.expect(
    await wire.verify(await signChallenge(wire, residentId)),
    { indication: 'TOTAL-PASSED' },
    '届出前 before',
  );
  const { revoked } = await wire.recordLifeEvent(residentId, { type: 'loss' });
  stage.tell(
    `失効理由 reason: ${revoked.map(({ reason }) => reason).join(', ')} (一時保留。解除されません never lifted)`,
  );
  const verdict = await wire.verify(await signChallenge(wire, residentId));
  stage.expect(verdict, { indication: 'TOTAL-FAILED', subIndication: 'REVOKED' }, '届出後 after');
  stage.tell(`OCSP: ${verdict.revocation?.status}, ${verdict.revocation?.reason}, ${verdict.revocation?.revokedAt}`);
}

/** Every one would pass the lost card off as good, or keep the truth away. */
const OCSP_FAULTS: readonly { readonly words: string; readonly fault: object }[] = [
  { words: '他人の鍵で「有効」と署名 “good”, signed by a stranger', fault: { fault: 'wrong-signer' } },
  { words: '別の証明書の「有効」 “good” of another certificate', fault: { fault: 'wrong-cert-id' } },
  { words: '一昨日の「有効」 the “good” of two days ago', fault: { fault: 'stale' } },
  { words: '未来の「有効」 a “good” from the future', fault: { fault: 'future' } },
  {
    words: '権限のない応答者の「有効」 “good” by a delegate without the right',
    fault: { fault: 'delegate-without-usage' },
  },
  { words: '使い回しのnonce “good” with an old nonce', fault: { fault: 'replayed-nonce' } },
  { words: '「不明」と署名 signed “unknown”', fault: { fault: 'unknown' } },
  { words: 'tryLater', fault: { fault: 'try-later' } },
  { words: '壊れたDER malformed DER', fault: { fault: 'malformed' } },
  { words: '途中で切れた応答 truncated', fault: { fault: 'truncated' } },
  { words: 'HTTP 503', fault: { fault: 'http-error', status: 503 } },
  { words: '接続の切断 connection reset', fault: { fault: 'reset' } },
  { words: 'リダイレクト redirect', fault: { fault: 'redirect' } },
  { words: '応答しない stalls', fault: { fault: 'delay', delayMs: 20_000 } },
  { words: '1バイトずつ、終わらない drips', fault: { fault: 'drip', intervalMs: 1_000 } },
];

async function distrustOcsp(wire: DemoWire, stage: Stage, residentId: string): Promise<void> {
  stage.scene(
    'OCSPが嘘をつき、止まり、壊れる。それでも「有効」にはならない',
    'OCSP lies, stalls and fails; a “good” never comes out',
  );
  const request = await signChallenge(wire, residentId);
  const tryLater = { indication: 'INDETERMINATE', subIndication: 'TRY_LATER' };
  const viaOcsp = { ...request, revocation: { method: 'ocsp' } };
  try {
    for (const { words, fault } of OCSP_FAULTS) {
      await wire.setFaults([{ target: 'ocsp', ...fault }]);
      stage.expect(await wire.verify(viaOcsp), tryLater, words);
    }
  } finally {
    await wire.setFaults([]);
  }
  stage.tell('TRY_LATERではチャレンジは消費されません。 TRY_LATER leaves the challenge usable:');
  stage.expect(await wire.verify(viaOcsp), { indication: 'TOTAL-FAILED', subIndication: 'REVOKED' }, '復旧後 repaired');
}
