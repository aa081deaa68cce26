/** A file is read at each use: an agent renews it. */
export type TokenSource = { readonly value: string } | { readonly file: string };
