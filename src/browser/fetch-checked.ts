import { LabError } from '../core/error.ts';

/** What could not be had, for the person: `what` as a sentence, `todo` what they can do. */
export interface FetchFailure {
  /** Default: the address. */
  where?: string;
  what: string;
  todo: string;
}

/**
 * Fetches an address and reads the response.
 * @throws {LabError} `network` with the words of `failure` when no response comes, the server refuses (its status is in
 * the error) or the body breaks off; `cancelled` on `signal`.
 */
export async function fetchChecked<Result>(
  url: string,
  failure: FetchFailure,
  read: (response: Response) => Result | Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const detail = { code: 'network', where: url, ...failure } as const;
  try {
    const response = await fetch(url, { signal: signal ?? null });
    const { ok, status } = response;
    if (!ok) throw new LabError({ ...detail, what: `${failure.what.replace(/\.$/, '')} (HTTP ${status})`, status });
    return await read(response);
  } catch (error) {
    throw LabError.from(error, detail);
  }
}
