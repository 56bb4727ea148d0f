import type { loadRepresentation as LoadRepresentation } from '../core/compression/load.ts';
import { LabError } from '../core/error.ts';

/**
 * The page's version of `#inline-compression` (see `imports` in package.json): the page compresses in a worker, so its
 * build needs no second copy of the taggers. In Node, `#inline-compression` is `src/core/compression/load.ts`.
 * @throws {LabError} `unsupported`, always.
 */
export const loadRepresentation: typeof LoadRepresentation = () =>
  Promise.reject(new LabError({ code: 'unsupported', what: 'Compression needs a worker here.' }));
