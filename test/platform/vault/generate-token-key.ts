/** `MODULE TOKEN PIN LABEL ID OCTETS`: has the token make an AES key, as an operator does with the tool of the HSM. */
import koffi from 'koffi';
import { readWord, struct, words } from '../../../src/platform/vault/pkcs11/cryptoki.ts';

const [path = '', token, pin = '', label = '', id = '', octets] = process.argv.slice(2);
const module = koffi.load(path);

function call(name: string, ...values: (number | bigint | Buffer | null)[]): void {
  const types = values.map((value) => (typeof value === 'number' || typeof value === 'bigint' ? 'ulong' : 'void *'));
  const value = module.func(name, 'ulong', types)(...values);
  if (Number(value) !== 0) throw new Error(`${name}: 0x${Number(value).toString(16)}`);
}

call('C_Initialize', null);
const count = struct(16);
const slots = words(16);
module.func('C_GetSlotList', 'ulong', ['uint8_t', 'void *', 'void *'])(1, slots, count);
const info = Buffer.alloc(256);
const slot = Array.from({ length: Number(readWord(count)) }, (_, at) => readWord(slots, at)).find((one) => {
  call('C_GetTokenInfo', one, info);
  return info.toString('utf8', 0, 32).trimEnd() === token;
});
if (slot === undefined) throw new Error('no such token');
const session = words(1);
call('C_OpenSession', slot, 6, null, null, session);
call('C_Login', readWord(session), 1, Buffer.from(pin), Buffer.byteLength(pin));
const yes = Buffer.of(1);
const no = Buffer.of(0);
const length = struct(Number(octets));
const name = Buffer.from(label);
const ckaId = Buffer.from(id, 'hex');
const attributes: [number, Buffer][] = [
  [0x01, yes], // CKA_TOKEN
  [0x02, yes], // CKA_PRIVATE
  [0x03, name],
  [0x102, ckaId],
  [0x103, yes], // CKA_SENSITIVE
  [0x104, yes], // CKA_ENCRYPT
  [0x105, yes], // CKA_DECRYPT
  [0x161, length],
  [0x162, no], // CKA_EXTRACTABLE
];
const template = struct(...attributes.flatMap(([type, value]) => [type, value, value.length]));
const key = words(1);
call('C_GenerateKey', readWord(session), struct(0x1080, null, 0), template, attributes.length, key);
call('C_Finalize', null);
