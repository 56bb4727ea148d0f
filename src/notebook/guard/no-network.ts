import { LabError } from '../../core/error.ts';

/** The error for a cell that requests something from the network; `where` is what it requested. */
export function noNetwork(where?: string, instead?: string): LabError {
  return new LabError({
    code: 'network',
    ...(where !== undefined && { where: where.slice(0, 200) }),
    what: 'A notebook has no network.',
    todo: `${instead ? `${instead} ` : ''}For data, use Inputs.file: a person drops the file here.`,
  });
}
