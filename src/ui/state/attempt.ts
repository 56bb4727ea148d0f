import { LabError, type LabErrorDetail } from '../../core/error.ts';

/**
 * Does `work`. What it throws is handed to `show`, worded by `failed` where it is no LabError; a cancellation is not
 * shown. Never rejects, so that its promise may be left alone. Resolves to undefined where `work` failed.
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
