import { LabError, type LabErrorDetail } from '../../core/error.ts';

/**
 * Runs `work` and passes what it throws to `show`, worded by `failed` if it is not a LabError; a cancellation is not
 * shown. Never rejects, so its promise need not be awaited. Resolves to undefined if `work` failed.
 */
export async function attempt<Result>(
  show: (error: LabError) => unknown,
  failed: LabErrorDetail,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    const failure = LabError.from(error, failed);
    if (failure.code !== 'cancelled') show(failure);
    return undefined;
  }
}
