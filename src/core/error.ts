/** The kinds of failure that the lab distinguishes; the UI and tests branch on these, never on message text. */
export type LabErrorCode =
  | 'bad-file'
  | 'bad-config'
  | 'bad-data'
  | 'missing-file'
  /** There is no such model, run, dataset or conversation. */
  | 'not-found'
  /** In use by another tab or process. */
  | 'busy'
  /** A disk, database or browser storage could not be read or written. */
  | 'io'
  | 'unsupported'
  | 'hash-mismatch'
  | 'out-of-memory'
  | 'quota'
  | 'device-lost'
  /** A device computes other numbers than are known of a model. */
  | 'wrong-numbers'
  | 'worker-lost'
  | 'endpoint'
  /** The model gave no usable reply: it was empty, or a filter stopped it. */
  | 'no-reply'
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
  /** HTTP status of the failed response, e.g. 429. */
  status?: number;
  /** Milliseconds that the server asked to wait before retrying. */
  retryAfter?: number;
  /** The same request may succeed later: the server was busy or unreachable, or the connection broke. */
  retryable?: boolean;
  /** The model, or a filter of its server, declined to reply. */
  declined?: boolean;
  /** Another engine may run the model. */
  otherEngine?: boolean;
  /** `what`, `where` and `todo` are in the language of the interface. */
  translated?: true;
  /** Facts for whoever looks into it, over several lines, to copy. */
  report?: string;
}

/** An error that says what is wrong, where, and what to do. It survives the trip between a worker and the page. */
export class LabError extends Error {
  readonly code: LabErrorCode;
  readonly detail: LabErrorDetail;

  /** Adds missing full stops to `what` and `todo`; nothing else does. */
  constructor(detail: LabErrorDetail, options?: ErrorOptions) {
    const place = detail.where ? `${detail.where}: ` : '';
    const what = sentence(detail.what);
    const todo = detail.todo && sentence(detail.todo);
    super(`${place}${what}${todo ? ` ${todo}` : ''}`, options);
    this.name = 'LabError';
    this.code = detail.code;
    this.detail = { ...detail, what, ...(todo ? { todo } : {}) };
  }

  /** HTTP status of the failed response; undefined for other errors. */
  get status(): number | undefined {
    return this.detail.status;
  }

  /** Milliseconds that the server asked to wait before the next try. */
  get retryAfter(): number | undefined {
    return this.detail.retryAfter;
  }

  /** Whether a retry makes sense. */
  get retryable(): boolean {
    return this.detail.retryable ?? false;
  }

  /** Turns any thrown value into a LabError; `fallback` describes what failed. */
  static from(error: unknown, fallback: LabErrorDetail): LabError {
    if (error instanceof LabError) return error;
    if (error instanceof DOMException && error.name === 'AbortError') return LabError.cancelled();
    const cause = error instanceof Error ? error.message : String(error);
    return new LabError({ ...fallback, what: `${clause(fallback.what)} (${clause(cause)})` }, { cause: error });
  }

  static cancelled(): LabError {
    return new LabError({ code: 'cancelled', what: 'Stopped on request.' });
  }
}

const sentence = (text: string): string => (/(^|[.!?…]["'’”)\]]*)\s*$/.test(text) ? text : `${text}.`);
const clause = (text: string): string => text.replace(/\.\s*$/, '');

/** Whether only one input or reply is at fault, so that work continues with the next. */
export function concernsOneItem(error: unknown): error is LabError {
  return error instanceof LabError && (error.code === 'bad-data' || error.code === 'no-reply');
}

/** Throws a `cancelled` LabError once `signal` is aborted. */
export function throwIfCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw LabError.cancelled();
}
