/** Turns ids into text, special tokens left out. */
export type Decode = (ids: number[]) => string;

const REPLACEMENT = '\ufffd';

/**
 * Turns a stream of token ids into a stream of text that never holds half a character: a token that ends inside a
 * multi-byte character is kept back until the rest has come. The pieces joined equal the whole decoded at once for
 * byte-level and SentencePiece tokenizers; only the tail is decoded again at each step, not the whole reply.
 */
export class StreamDetokenizer {
  #decode: Decode;
  #ids: number[] = [];
  /** Where the ids begin whose text gives context to the next piece (a leading space may depend on it). */
  #context = 0;
  /** How many ids have been turned into emitted text. */
  #read = 0;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** The text that `id` completes; '' when there is none yet. */
  push(id: number): string {
    this.#ids.push(id);
    return this.#emit(false);
  }

  /** What is still held back, once no more ids will come. */
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
