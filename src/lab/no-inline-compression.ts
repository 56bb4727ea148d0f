import type { loadRepresentation as LoadRepresentation } from '../core/compression/load.ts';
import { LabError } from '../core/error.ts';

/**
 * What `#inline-compression` is in a page (see `imports` in package.json): compression runs in a worker there, so that
 * the page's build has no second copy of the taggers. In Node, `#inline-compression` is `src/core/compression/load.ts`.
 * @throws {LabError} `unsupported`, always.
 */
export const loadRepresentation: typeof LoadRepresentation = () =>
  Promise.reject(new LabError({ code: 'unsupported', what: 'Compression needs a worker here.' }));
