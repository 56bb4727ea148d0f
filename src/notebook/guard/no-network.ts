import { LabError } from '../../core/error.ts';

/**
 * The error for a cell that requests something from the network; `where` is what it requested, `instead` what to do
 * about it.
 */
export function noNetwork(where?: string, instead?: string): LabError {
  return new LabError({
    code: 'network',
    ...(where !== undefined && { where: where.slice(0, 200) }),
    what: 'A notebook has no network.',
    todo:
      instead ??
      'For a file of yours, use Inputs.file: drop the file on it. The datasets and runs of the lab are in ' +
        'lab.dataset and lab.records.',
  });
}
