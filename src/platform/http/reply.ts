import type { ProblemCode } from '../problem-code.ts';
import { HttpProblem, type ProblemMembers } from './problem.ts';

/** What an operation answers. `text` goes out as it is, `json` as application/json; `jsonOctets` is that already, in UTF-8. */
export type Reply =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly jsonOctets: Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly status: number;
      readonly text: string | Buffer;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly status: number;
      /** Sent part by part, as fast as the client takes them. */
      readonly parts: AsyncIterable<string>;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** The shape in which a use case answers (features/service-result.ts). */
export type UseCaseResult<T> =
  | { readonly ok: true; readonly value: T; readonly replayed?: boolean }
  | ({
      readonly ok: false;
      readonly code: ProblemCode;
      readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
    } & ProblemMembers);

/** A use case's value with that status, as JSON (by `encode`, where given); its failure as a problem. */
export function replyWith<T>(status: number, result: UseCaseResult<T>, encode?: (value: T) => Uint8Array): Reply {
  if (!result.ok) throw problemOf(result);
  const headers = result.replayed ? { 'Idempotency-Replayed': 'true' } : {};
  if (encode !== undefined) return { status, jsonOctets: encode(result.value), headers };
  return { status, json: result.value, headers };
}

/** A use case's value as the parts of a body; its failure as a problem. */
export function streamWith(status: number, contentType: string, result: UseCaseResult<AsyncIterable<string>>): Reply {
  if (!result.ok) throw problemOf(result);
  return { status, contentType, parts: result.value };
}

/** A use case's octets as a file of that name; its failure as a problem. */
export function fileWith(status: number, contentType: string, name: string, result: UseCaseResult<Buffer>): Reply {
  if (!result.ok) throw problemOf(result);
  const headers = { 'Content-Disposition': `attachment; filename="${name}"` };
  return { status, contentType, text: result.value, headers };
}

function problemOf({ code, errors = [], deletableFrom }: Extract<UseCaseResult<unknown>, { ok: false }>): HttpProblem {
  return new HttpProblem(
    code,
    errors.map((error) => ({ in: 'body', ...error })),
    {},
    deletableFrom === undefined ? {} : { deletableFrom },
  );
}
