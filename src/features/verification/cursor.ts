import { isId } from '../../platform/ids.ts';

/** Where a page ended: verifications are listed newest first, so what comes to be later never moves what follows. */
export interface Position {
  readonly verifiedAt: Date;
  readonly verificationId: string;
}

export function encodeCursor({ verifiedAt, verificationId }: Position): string {
  return Buffer.from(`${verifiedAt.getTime()} ${verificationId}`).toString('base64url');
}

/** Undefined for what is not one of ours. */
export function decodeCursor(cursor: string): Position | undefined {
  const [, milliseconds, verificationId] = /^(\d{1,15}) (\w+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (milliseconds === undefined || verificationId === undefined || !isId('ver', verificationId)) return undefined;
  const position = { verifiedAt: new Date(Number(milliseconds)), verificationId };
  return encodeCursor(position) === cursor ? position : undefined;
}
