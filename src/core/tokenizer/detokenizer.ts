/** Turns ids into text, without special tokens. */
export type Decode = (ids: number[]) => string;

const REPLACEMENT = '\ufffd';

/**
 * Turns a stream of token ids into a stream of text without partial characters: a token that ends inside a multi-byte
 * character is held back until the rest arrives. The joined pieces equal the whole decoded at once for byte-level and
 * SentencePiece tokenizers; each step decodes only the tail again, not the whole reply.
 */
export class StreamDetokenizer {
  #decode: Decode;
  #ids: number[] = [];
  /** Start of the ids whose text gives context to the next piece (a leading space may depend on it). */
  #context = 0;
  /** Number of ids whose text was emitted. */
  #read = 0;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** The text that `id` completes; '' if none yet. */
  push(id: number): string {
    this.#ids.push(id);
    return this.#emit(false);
  }

  /** The rest that was held back, once no more ids will come. */
  end(): string {
    return this.#emit(true);
  }

  #emit(last: boolean): string {
    const before = this.#decode(this.#ids.slice(this.#context, this.#read));
    const whole = this.#decode(this.#ids.slice(this.#context));
    if (whole.length <= before.length || (whole.endsWith(REPLACEMENT) && !last)) return '';
    this.#context = this.#read;
    this.#read = this.#ids.length;
    return whole.slice(before.length);
  }
}
