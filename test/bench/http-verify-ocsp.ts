import type { Bench } from './bench.ts';
import { closeShared, compareHttp } from './http/compare.ts';

/** The same with a responder that answers in 20 ms, against the same floor waiting 20 ms. */
export const httpVerifyOcsp: Bench = {
  name: 'http.verify.ocsp',
  run: (options) => compareHttp(httpVerifyOcsp.name, 'ocsp', '/verify-waiting', options),
  close: closeShared,
};
