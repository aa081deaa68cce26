import { randomBytes } from 'node:crypto';
import { close, reopen, startKeyServer } from './transit-server.ts';

export const arn = (id: string) => `arn:aws:kms:ap-northeast-1:111122223333:key/${id}`;

interface KmsRequest {
  readonly KeyId?: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

/** AWS KMS as it speaks JSON 1.1: its ciphertexts name their key, and open under no other and in no other context. */
export async function startKms(ids: readonly string[]) {
  const keys = new Map(ids.map((id) => [arn(id), randomBytes(32)]));
  const server = await startKeyServer((_path, body, request) => {
    const fail = (type: string) => ({ status: 400, json: { __type: type } });
    if (!/^AWS4-HMAC-SHA256 .*Signature=[0-9a-f]{64}/.test(request.headers.authorization ?? '')) {
      return fail('MissingAuthenticationTokenException');
    }
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1') return fail('SerializationException');
    const { KeyId = '', Plaintext, CiphertextBlob, EncryptionContext = {} } = body as KmsRequest;
    const key = keys.get(KeyId);
    if (key === undefined) return fail('NotFoundException');
    const associated = Buffer.from(JSON.stringify(Object.entries(EncryptionContext).sort()));
    switch (request.headers['x-amz-target']) {
      case 'TrentService.Encrypt': {
        const sealed = close(key, associated, Buffer.from(Plaintext ?? '', 'base64'));
        const blob = Buffer.concat([Buffer.from(KeyId), sealed]).toString('base64');
        return { status: 200, json: { KeyId, CiphertextBlob: blob, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } };
      }
      case 'TrentService.Decrypt': {
        const blob = Buffer.from(CiphertextBlob ?? '', 'base64');
        const named = blob.subarray(0, KeyId.length).toString('latin1');
        if (named !== KeyId) return fail(keys.has(named) ? 'IncorrectKeyException' : 'InvalidCiphertextException');
        const opened = reopen(key, associated, blob.subarray(KeyId.length));
        if (opened === undefined) return fail('InvalidCiphertextException');
        return { status: 200, json: { KeyId, Plaintext: opened.toString('base64') } };
      }
      default:
        return fail('UnknownOperationException');
    }
  });
  return server;
}
