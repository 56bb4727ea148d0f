/** The kinds of failure the lab tells apart; the UI and tests branch on these, never on message text. */
export type LabErrorCode =
  | 'bad-file'
  | 'bad-config'
  | 'bad-data'
  | 'missing-file'
  | 'unsupported'
  | 'hash-mismatch'
  | 'out-of-memory'
  | 'quota'
  | 'device-lost'
  | 'worker-lost'
  | 'endpoint'
  | 'network'
  | 'refused'
  | 'cancelled';

export interface LabErrorDetail {
  code: LabErrorCode;
  /** What is wrong, as one sentence. */
  what: string;
  /** The file, host, field or record at fault. */
  where?: string;
  /** What the person can do about it, as one sentence. */
  todo?: string;
}

/** An error that says what is wrong, where, and what to do. It survives the trip between a worker and the page. */
export class LabError extends Error {
  readonly code: LabErrorCode;
  readonly detail: LabErrorDetail;

  constructor(detail: LabErrorDetail, options?: ErrorOptions) {
    const place = detail.where ? `${detail.where}: ` : '';
    super(`${place}${detail.what}${detail.todo ? ` ${detail.todo}` : ''}`, options);
    this.name = 'LabError';
    this.code = detail.code;
    this.detail = detail;
  }

  /** Turns anything thrown into a LabError; `fallback` describes what was being done. */
  static from(error: unknown, fallback: LabErrorDetail): LabError {
    if (error instanceof LabError) return error;
    if (error instanceof DOMException && error.name === 'AbortError') return LabError.cancelled();
    const cause = error instanceof Error ? error.message : String(error);
    return new LabError({ ...fallback, what: `${fallback.what} (${cause})` }, { cause: error });
  }

  static cancelled(): LabError {
    return new LabError({ code: 'cancelled', what: 'Stopped on request.' });
  }
}

/** Throws a `cancelled` LabError once `signal` is aborted. */
export function throwIfCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw LabError.cancelled();
}
