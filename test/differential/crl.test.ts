import { describeDifferential } from './expect-explained.ts';

describeDifferential('crl');
