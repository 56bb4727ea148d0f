import { LabError } from '../../core/error.ts';

/** What a cell hears that asks for something from elsewhere; `where` is what it asked for. */
export function noNetwork(where?: string, instead?: string): LabError {
  return new LabError({
    code: 'network',
    ...(where !== undefined && { where: where.slice(0, 200) }),
    what: 'A notebook has no network.',
    todo: `${instead ? `${instead} ` : ''}For data, use Inputs.file: a person drops the file here.`,
  });
}
