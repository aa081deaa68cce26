/** The service does not start, and the operator can do something about it: `sentences` say what. No stack trace is shown. */
export class StartRefused extends Error {
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[], cause?: unknown) {
    super(sentences.join(' '), { cause });
    this.name = 'StartRefused';
    this.sentences = sentences;
  }
}
