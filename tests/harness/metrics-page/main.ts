import { measure } from '../../../src/lab/metrics.ts';

/** What tests reach through the page: the metrics, as the interface uses them. */
Object.assign(globalThis, { measure });
