import * as models from './models.ts';

declare global {
  /** What tests reach through the page: the door to the models, as the interface uses it. */
  var solace: typeof models;
}

globalThis.solace = models;
