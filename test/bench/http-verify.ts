import type { Bench } from './bench.ts';
import { closeShared, compareHttp } from './http/compare.ts';

/** POST /jpki/verify, raw, by CRL, committed durably, over 32 connections. */
export const httpVerify: Bench = {
  name: 'http.verify',
  run: (options) => compareHttp(httpVerify.name, 'crl', '/verify', options),
  close: closeShared,
};
