import { createHash } from 'node:crypto';
import type { TimestampContentFault } from '../faults/fault.ts';
import { lastBitFlipped, malformed, truncated } from '../faults/spoil.ts';
import { DAY_MS } from '../japan/calendar.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { OID } from '../oids.ts';
import {
  bits,
  der,
  element,
  integer,
  integerOctets,
  nothing,
  octets,
  oid,
  sequence,
  tagged,
  tlv,
} from '../pki/asn1.ts';
import { issueSignedData } from '../pki/cms.ts';
import { nameDer } from '../pki/names.ts';
import { SANDBOX_TSA_POLICY } from '../policies.ts';
import { asRead, readTimestampRequest, type StampQuestion } from './timestamp-request.ts';
import { issueTsaCertificate, TSA_NAME } from './tsa-certificates.ts';

export interface StampAsk {
  readonly request: Uint8Array;
  readonly faults: readonly TimestampContentFault[];
  readonly now: number;
}

/** Bits of PKIFailureInfo (RFC 3161 §2.4.2). */
const FAILURE = { badAlg: 0, badDataFormat: 5, unacceptedPolicy: 15, systemFailure: 25 } as const;

const OUR_POLICY = asRead(SANDBOX_TSA_POLICY);
const DIGEST_LENGTH: Readonly<Record<string, number>> = { [OID.sha256]: 32, [OID.sha384]: 48, [OID.sha512]: 64 };

/** DER TimeStampResp to a DER TimeStampReq. */
export function answerStamp(keys: KeyRing, ask: StampAsk): Uint8Array {
  const has = (fault: TimestampContentFault) => ask.faults.includes(fault);
  if (has('rejection')) return rejected('systemFailure');
  const question = readTimestampRequest(ask.request);
  if (question === undefined) return rejected('badDataFormat');
  if (DIGEST_LENGTH[question.hash] !== question.digest.length) return rejected('badAlg');
  if (question.policy !== undefined && question.policy !== OUR_POLICY) return rejected('unacceptedPolicy');
  const token = issueToken(keys, ask, question);
  // The SignerInfo stands last, and its signature at the end of it.
  const response = granted(has('bad-signature') ? lastBitFlipped(token) : token);
  if (has('truncated')) return truncated(response);
  return has('malformed') ? malformed(response) : response;
}

function issueToken(keys: KeyRing, { request, faults, now }: StampAsk, question: StampQuestion): Uint8Array {
  const has = (fault: TimestampContentFault) => faults.includes(fault);
  const certificateFault = has('delegate-without-usage')
    ? 'with-other-usage'
    : has('delegate-expired')
      ? 'expired'
      : undefined;
  return issueSignedData({
    content: tstInfo(question, {
      digest: has('wrong-imprint') ? lastBitFlipped(question.digest) : question.digest,
      nonce: nonceOf(faults, question),
      at: now + (has('stale') ? -2 * DAY_MS : has('future') ? 2 * DAY_MS : 0),
      serial: serialOf(request, now),
    }),
    contentType: OID.tstInfo,
    detached: false,
    signer: issueTsaCertificate(keys, now, certificateFault),
    withCertificate: question.wantsCertificate,
    key: keys.get(has('wrong-signer') ? 'attacker-leaf' : 'tsa'),
    signature: 'RS256',
    signingTime: undefined,
    signingCertificateV2: true,
  });
}

function nonceOf(faults: readonly TimestampContentFault[], { nonce }: StampQuestion): Uint8Array | undefined {
  if (faults.includes('replayed-nonce')) return Buffer.alloc(16, 0x5a);
  return faults.includes('no-nonce') ? undefined : nonce;
}

/** Another one for each request and each time, and the same for the same. */
function serialOf(request: Uint8Array, now: number): Uint8Array {
  const digest = createHash('sha256').update(request).update(`${now}`).digest();
  return integerOctets(digest.readBigUInt64BE(0) + 1n);
}

/** GeneralizedTime; a fraction of a second does not end in zero (RFC 3161 §2.4.2). */
function genTime(at: number): Uint8Array {
  const [date = '', milliseconds = ''] = new Date(at).toISOString().slice(0, -1).split('.');
  const fraction = milliseconds.replace(/0{1,3}$/, '');
  return tlv(0x18, Buffer.from(`${date.replace(/[-T:]/g, '')}${fraction === '' ? '' : `.${fraction}`}Z`));
}

interface Statement {
  readonly digest: Uint8Array;
  readonly nonce: Uint8Array | undefined;
  readonly at: number;
  readonly serial: Uint8Array;
}

const ONE_SECOND = sequence(integer(integerOctets(1)));

function tstInfo({ hash }: StampQuestion, { digest, nonce, at, serial }: Statement): Uint8Array {
  return der(
    sequence(
      integer(integerOctets(1)),
      oid(SANDBOX_TSA_POLICY),
      sequence(sequence(oid(hash), nothing()), octets(digest)),
      integer(serial),
      element(genTime(at)),
      ONE_SECOND,
      ...(nonce === undefined ? [] : [integer(nonce)]),
      tagged(0, tagged(4, element(nameDer(TSA_NAME)))),
    ),
  );
}

const granted = (token: Uint8Array): Uint8Array => tlv(0x30, der(sequence(integer(integerOctets(0)))), token);

/** PKIStatus rejection (2) with one reason. */
function rejected(reason: keyof typeof FAILURE): Uint8Array {
  const bit = FAILURE[reason];
  const flags = Buffer.alloc((bit >> 3) + 1);
  flags[bit >> 3] = 0x80 >> (bit & 7);
  return der(sequence(sequence(integer(integerOctets(2)), bits(flags, 7 - (bit & 7)))));
}
