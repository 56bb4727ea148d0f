import functions from './completions.json' with { type: 'json' };

/** What the editor says of a function of `lab`; made from the page's table by `npm run docs`. */
export interface LabFunctionInfo {
  name: string;
  /** Name and parameters with their types. */
  signature: string;
  /** What it resolves to. */
  returns: string;
  /** One sentence. */
  about: string;
  /** Name and meaning of each parameter. */
  parameters: string[][];
  /** What the result means, if the type does not say it. */
  result?: string;
  /** Error codes, and when they occur. */
  errors?: string[][];
  example: string;
}

/** Listed here because it belongs to the frame and is not in the page's table. */
const UNTIL: LabFunctionInfo = {
  name: 'until',
  signature: 'until(invalidation: Promise)',
  returns: 'lab',
  about: 'The same lab, whose calls are cancelled when the cell runs again.',
  parameters: [['invalidation', 'the cell’s own `invalidation`']],
  example: 'const reply = await lab.until(invalidation).generate(messages);',
};

/** Matches what comes before the name of a function of `lab` that is called. */
export const BEFORE_NAME = /\blab(?:\.until\([^()]*\))?\./;

export const LAB_FUNCTIONS: readonly LabFunctionInfo[] = [...functions, UNTIL];
