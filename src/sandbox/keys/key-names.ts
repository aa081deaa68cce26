/** Every key of the pretend Japan, by name; the seed of each is its name. */
export const KEY_SEED = 'jpki-verifier pretend Japan, 2026';

export const POOL_SIZE = 44;

export const poolKeyName = (index: number): string => `resident-${String(index).padStart(2, '0')}`;

export const RSA_2048_KEYS: readonly string[] = [
  'sign-ca-1',
  'sign-ca-2',
  'auth-ca-1',
  'auth-ca-2',
  'ocsp-sign-1',
  'ocsp-sign-2',
  'ocsp-auth-1',
  'ocsp-auth-2',
  'attacker-ca',
  'attacker-leaf',
  'tsa-ca',
  'tsa',
  ...Array.from({ length: POOL_SIZE }, (_, index) => poolKeyName(index)),
];
