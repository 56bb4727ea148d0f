/**
 * Replaces `zod` in the built lab (see vite.config.ts). Zod checks whether it may compile its parsers with `new
 * Function`; the policy forbids that, and browsers report each attempt as a violation, so this switches it off. It must
 * run before the first schema is created, wherever that is, which is why it replaces the package.
 */
import { z } from 'zod/v4';

z.config({ jitless: true });

export * from 'zod/v4';
export { z };
export default z;
