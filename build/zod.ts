/**
 * Stands for `zod` in the built lab (see vite.config.ts). Zod tries whether it may compile its parsers with
 * `new Function`; the policy forbids that, and browsers report each attempt as a violation, so it is told not to try.
 * This has to come before the first schema is made, wherever that is: hence in place of the package.
 */
import { z } from 'zod/v4';

z.config({ jitless: true });

export * from 'zod/v4';
export { z };
export default z;
