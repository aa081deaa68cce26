import { describeDifferential } from './expect-explained.ts';

describeDifferential('certificate');
