import { describeDifferential } from './expect-explained.ts';

describeDifferential('ocsp-response');
