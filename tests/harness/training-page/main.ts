import * as door from '../../../src/lab/training.ts';

declare global {
  /** What tests reach through the page: training, as notebooks use it. */
  var training: typeof door;
}

globalThis.training = door;
