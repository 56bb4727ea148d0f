import { LabError } from '../../core/error.ts';
import { endpointError, type Endpoint } from './endpoint.ts';

/** Limits on the time and size of a response. */
export interface BodyLimits {
  /** Milliseconds without a byte. */
  idleMs: number;
  /** Milliseconds without progress; comments that keep the connection alive do not count. */
  progressMs: number;
  /** Total bytes after decompression. */
  bytes: number;
  /** Maximum characters of one event of a stream. */
  eventLength: number;
  /** Milliseconds to wait for token counts after the end of a reply. */
  tailMs: number;
}

export const BODY_LIMITS: BodyLimits = {
  // A server that processes a long prompt on a CPU is silent meanwhile.
  idleMs: 120_000,
  progressMs: 300_000,
  bytes: 32 * 2 ** 20,
  eventLength: 2 ** 20,
  tailMs: 5_000,
};

/** The bytes of a response within limits. Leaving the loop ends the transfer. */
export class Body {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #endpoint: Endpoint;
  readonly #limits: BodyLimits;
  #progressAt = performance.now();
  #tail = false;

  constructor(response: Response, endpoint: Endpoint, limits: BodyLimits) {
    this.#reader = response.body?.getReader();
    this.#endpoint = endpoint;
    this.#limits = limits;
  }

  /** Reports progress, which restarts the timer. */
  progressed(): void {
    this.#progressAt = performance.now();
  }

  /** Reports that the reply is complete; the rest is awaited for at most `tailMs`. */
  ended(): void {
    this.#tail = true;
    this.progressed();
  }

  /** @throws {LabError} `endpoint` for a response that stalls, breaks off or does not end. */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    if (!this.#reader) return;
    let bytes = 0;
    try {
      for (;;) {
        const { done, value } = await this.#next(this.#reader);
        if (done) return;
        bytes += value.byteLength;
        if (bytes > this.#limits.bytes)
          throw tooLong(this.#endpoint, `more than ${Math.round(this.#limits.bytes / 2 ** 20)} MiB`);
        yield value;
      }
    } finally {
      void this.#reader.cancel().catch(() => {});
    }
  }

  async #next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
    const { idleMs, progressMs, tailMs } = this.#limits;
    const left = this.#progressAt + (this.#tail ? tailMs : progressMs) - performance.now();
    const wait = Math.max(0, Math.min(idleMs, left));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(stalled(this.#endpoint, idleMs <= left ? idleMs : progressMs)), wait);
    });
    try {
      return await Promise.race([reader.read(), silence]);
    } catch (error) {
      if (error instanceof LabError) throw error;
      throw endpointError(
        this.#endpoint,
        { what: 'The answer was cut off.', todo: 'What came is kept; try again.', retryable: true },
        error,
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A response as text; at most `most` bytes, if given. */
export async function bodyText(
  response: Response,
  endpoint: Endpoint,
  limits: BodyLimits,
  most?: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of new Body(response, endpoint, limits).chunks()) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.byteLength;
    if (most !== undefined && bytes >= most) return text;
  }
  return text + decoder.decode();
}

/** The error for a response that is too long. */
export function tooLong(endpoint: Endpoint, amount: string): LabError {
  return endpointError(endpoint, {
    what: `The server sent ${amount}, and more would have come; the transfer was ended.`,
    todo: 'What came is kept. Check that the server honours max_tokens.',
  });
}

function stalled(endpoint: Endpoint, ms: number): LabError {
  return endpointError(endpoint, {
    what: `The answer stopped in the middle: nothing of it came for ${Math.ceil(ms / 1000)} seconds.`,
    todo: 'What came is kept; look whether the server still runs, then try again.',
    retryable: true,
  });
}
