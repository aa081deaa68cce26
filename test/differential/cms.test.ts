import { describeDifferential } from './expect-explained.ts';

describeDifferential('cms');
