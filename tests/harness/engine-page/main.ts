import * as models from './models.ts';

declare global {
  /** What tests reach through the page: the models, as the interface uses them. */
  var solace: typeof models;
}

globalThis.solace = models;
