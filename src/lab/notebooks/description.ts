import type { LabErrorCode } from '../../core/error.ts';

/** Descriptions of a function for the reference and the notebook editor. The page itself does not load them. */
export interface FunctionDescription {
  /** One sentence. */
  about: string;
  /** Name and meaning of each parameter, in the order of the schema. */
  parameters: Record<string, string>;
  /** The type of the result, as TypeScript. */
  returns: string;
  /** What the result means, if the type does not say it. */
  result?: string;
  /** What the callback in the last argument is called with. */
  progress?: string;
  /** Error codes besides `bad-config` (arguments of the wrong shape) and `cancelled`. */
  errors?: Partial<Record<LabErrorCode, string>>;
  /** Code that runs in a cell. */
  example: string;
}
