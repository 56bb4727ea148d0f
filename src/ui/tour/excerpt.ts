/**
 * The turns of the example that the first stop shows, as `slice` takes them. The whole dialogue takes minutes to read;
 * in these two KeyPOS drops “not”, which is what the stop explains.
 */
export const EXCERPT = [-5, -3] as const;
