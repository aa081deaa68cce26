import type { ProblemCode } from '../problem-code.ts';
import { ACCESS_PROBLEMS } from './access-problems.ts';
import type { ProblemKind } from './problem-kind.ts';

/** Every code of the API: a missing one does not compile. */
export const PROBLEMS: Record<ProblemCode, ProblemKind> = {
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    titleJa: 'リクエストを解釈できません',
    detail: 'Path, query or headers are not well-formed HTTP. Correct the encoding of the address.',
  },
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    titleJa: '本文がJSONではありません',
    detail: 'Send one JSON text (RFC 8259) in UTF-8.',
  },
  'json-too-complex': {
    status: 400,
    title: 'The body is nested too deep or has too many values',
    titleJa: '本文の入れ子が深すぎるか、値が多すぎます',
    detail: 'No request of this API needs more than 32 levels or 10 000 values.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request does not have the documented shape',
    titleJa: 'リクエストの形式が仕様と異なります',
    detail: 'Correct the places listed in errors; /docs shows the shape.',
  },
  'cursor-invalid': {
    status: 400,
    title: 'The cursor is not one of ours',
    titleJa: 'カーソルが無効です',
    detail: 'Send nextCursor of the page before unaltered, with the same filters, or none to begin again.',
  },
  'digest-not-supported': {
    status: 400,
    title: 'A digest cannot stand in for the content here',
    titleJa: 'この署名方式ではダイジェストを使えません',
    detail: 'digest works with RS256, RS384 and RS512, of the same hash, alone. Send content instead.',
  },
  'content-required': {
    status: 422,
    title: 'It is not said what was signed',
    titleJa: '署名対象がありません',
    detail: 'Send exactly one of content, digest (raw alone) and challengeId.',
  },
  'content-not-allowed': {
    status: 422,
    title: 'The content is given more than once',
    titleJa: '署名対象が重複しています',
    detail: 'raw: send exactly one of content, digest and challengeId. Attached cms: send neither content nor digest.',
  },
  ...ACCESS_PROBLEMS,
  'not-found': {
    status: 404,
    title: 'There is nothing at this address',
    titleJa: 'このアドレスには何もありません',
    detail: '/docs lists the operations.',
  },
  'verification-not-found': {
    status: 404,
    title: 'No such verification',
    titleJa: '検証結果が見つかりません',
    detail: 'The id is not one of your verifications.',
  },
  'record-shredded': {
    status: 410,
    title: 'The record was deleted beyond recovery',
    titleJa: '復元できないかたちで削除された記録です',
    detail: 'The key that its contents were sealed under is gone.',
  },
  'subject-not-found': {
    status: 404,
    title: 'No such subject',
    titleJa: '対象者が見つかりません',
    detail: 'The id is not one of your subjects.',
  },
  'legal-hold-not-found': {
    status: 404,
    title: 'No such legal hold',
    titleJa: '訴訟ホールドが見つかりません',
    detail: 'The id is not one of your legal holds.',
  },
  'tenant-not-found': {
    status: 404,
    title: 'No such tenant',
    titleJa: 'テナントが見つかりません',
    detail: 'Make it with "npm run jpki -- tenants create", or correct the name.',
  },
  'client-not-found': {
    status: 404,
    title: 'No such client',
    titleJa: 'クライアントが見つかりません',
    detail: 'The id is not one of a client of that tenant.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not know the method',
    titleJa: 'このアドレスでは使えないメソッドです',
    detail: 'Use one of the methods in the Allow header.',
  },
  'request-timeout': {
    status: 408,
    title: 'The body did not arrive in time',
    titleJa: '本文の受信が時間内に終わりませんでした',
    detail: 'Send the whole body without pauses; ask again.',
  },
  'idempotency-key-reused': {
    status: 409,
    title: 'The Idempotency-Key was used with another body',
    titleJa: '同じIdempotency-Keyが別の内容で使われました',
    detail: 'Make a new key for a new request; repeat a request byte for byte under its old key.',
  },
  'retention-required': {
    status: 409,
    title: 'The law has it kept',
    titleJa: '法定の保存期間中です',
    detail:
      'It may go from deletableFrom on. Where that is null the term has not begun: tell the end of the relation by PUT /jpki/subjects/{id}/relation.',
  },
  'legal-hold': {
    status: 409,
    title: 'A legal hold is on it',
    titleJa: '訴訟ホールドの対象です',
    detail: 'It is kept until every hold on it is lifted; GET /jpki/legal-holds lists them.',
  },
  'tenant-exists': {
    status: 409,
    title: 'A tenant of this name exists',
    titleJa: '同名のテナントがあります',
    detail: 'Choose another name.',
  },
  'client-revoked': {
    status: 409,
    title: 'The client was revoked',
    titleJa: 'クライアントは失効しています',
    detail: 'Nothing of it can be changed any more. Have a new one made.',
  },
  'external-id-taken': {
    status: 409,
    title: 'Another client has this external id',
    titleJa: '外部IDは別のクライアントに登録されています',
    detail: 'An id at the authorization server belongs to one client of this deployment. Revoke the other first.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    titleJa: '本文が大きすぎます',
    detail: 'The limit of each operation stands in /openapi.yaml as x-body-limit-bytes.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not application/json',
    titleJa: '本文はapplication/jsonで送ってください',
    detail: 'Send "Content-Type: application/json" in UTF-8 and no Content-Encoding.',
  },
  'certificate-unreadable': {
    status: 422,
    title: 'The certificate cannot be decoded',
    titleJa: '証明書を読み取れません',
    detail: 'signature.certificate must be one X.509 certificate in strict DER, nothing after it.',
  },
  'cms-unreadable': {
    status: 422,
    title: 'The CMS cannot be decoded',
    titleJa: 'CMSを読み取れません',
    detail:
      'signature.value must be a ContentInfo with SignedData (RFC 5652) in strict DER, not BER, nothing after it.',
  },
  'signer-count': {
    status: 422,
    title: 'Not exactly one signer',
    titleJa: '署名者が一人ではありません',
    detail: 'The SignedData must have exactly one SignerInfo.',
  },
  'signer-certificate-missing': {
    status: 422,
    title: "The signer's certificate is not there",
    titleJa: '署名者の証明書が含まれていません',
    detail: 'The SignedData must hold the certificate that its SignerInfo names.',
  },
  'format-not-supported': {
    status: 422,
    title: 'This signature format is not supported yet',
    titleJa: 'この署名形式にはまだ対応していません',
    detail: 'Use format raw or cms.',
  },
  'not-yet-supported': {
    status: 422,
    title: 'This part of the request is not supported yet',
    titleJa: 'この項目にはまだ対応していません',
    detail: 'Leave out the fields listed in errors.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    titleJa: 'リクエストが多すぎます',
    detail: 'Ask again after Retry-After seconds.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'The quota of the day or the month is used up',
    titleJa: '1日または1か月の上限に達しました',
    detail: 'Ask again after Retry-After seconds, or have the quota raised.',
  },
  'internal-error': {
    status: 500,
    title: 'The service failed',
    titleJa: 'サービス内部の障害です',
    detail: 'The fault is ours. The log holds it under requestId.',
  },
  'stored-value-altered': {
    status: 500,
    title: 'What is stored is not what was stored there',
    titleJa: '保存データが改ざんされています',
    detail:
      'A sealed value, or the key that it is under, was altered or moved in the database. It is not shown. Tell the operator the requestId.',
  },
  'authorization-server-unavailable': {
    status: 503,
    title: 'The keys of the authorization server cannot be fetched',
    titleJa: '認可サーバーの公開鍵を取得できません',
    detail: 'The access token could not be verified. Ask again after Retry-After seconds.',
  },
  'database-unavailable': {
    status: 503,
    title: 'The database cannot be used right now',
    titleJa: 'データベースを利用できません',
    detail: 'Nothing was recorded. Ask again after Retry-After seconds, with the same Idempotency-Key.',
  },
  'keys-unavailable': {
    status: 503,
    title: 'The keys that seal personal data cannot be had right now',
    titleJa: '個人情報の暗号鍵を利用できません',
    detail: 'Nothing was stored. Ask again after Retry-After seconds, with the same Idempotency-Key.',
  },
};
