import { seededRandom } from '../../src/core/random/xoshiro128.ts';
import { LabError } from '../../src/core/error.ts';
import type { FuzzFormat } from './formats.ts';
import { mutate, type Files } from './mutate.ts';

/**
 * The outcome of a damaged input. `refused`: an error that describes the problem; `same` and `differs`: accepted with
 * the same or other content. The others are bugs: `wrong` content although a hash says otherwise, an `exception` that
 * is not a LabError, a `hang`.
 */
export type Outcome = 'refused' | 'same' | 'differs' | 'wrong' | 'exception' | 'hang';

export const FAULTS: readonly Outcome[] = ['wrong', 'exception', 'hang'];

export interface Mutant {
  format: string;
  index: number;
  outcome: Outcome;
  milliseconds: number;
  /** What was thrown, for bugs. */
  detail?: string;
}

/** Valid inputs of a format with their content. */
export interface Sound {
  files: Files;
  content: string;
}

export async function soundInputs(format: FuzzFormat): Promise<Sound[]> {
  const inputs = await format.inputs();
  return Promise.all(inputs.map(async (files) => ({ files, content: await format.load(files) })));
}

/** The files of mutant number `index`; the same seed gives the same. */
export function mutantFiles(inputs: readonly Sound[], seed: number, index: number): Files {
  const { files } = soundOf(inputs, index);
  return mutate(files, seededRandom(seed * 1_000_003 + index));
}

function soundOf(inputs: readonly Sound[], index: number): Sound {
  const sound = inputs[index % inputs.length];
  if (!sound) throw new Error('A format needs a sound input.');
  return sound;
}

export async function tryMutant(
  format: FuzzFormat,
  inputs: readonly Sound[],
  seed: number,
  index: number,
): Promise<Mutant> {
  const files = mutantFiles(inputs, seed, index);
  const began = performance.now();
  const done = (outcome: Outcome, detail?: string): Mutant => ({
    format: format.name,
    index,
    outcome,
    milliseconds: performance.now() - began,
    ...(detail !== undefined && { detail }),
  });
  try {
    if ((await format.load(files)) === soundOf(inputs, index).content) return done('same');
    return format.hashed ? done('wrong', 'It loads with other content than its hashes say.') : done('differs');
  } catch (error) {
    if (error instanceof LabError && error.detail.todo !== undefined) return done('refused');
    if (error instanceof LabError) return done('exception', `No advice: ${error.message}`);
    return done('exception', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
