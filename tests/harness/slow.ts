/**
 * Whether to run the journeys that take minutes because of software rendering or ten loads of a model. Otherwise they
 * are skipped by name; `SOLACE_SLOW=1 npm test` runs them too.
 */
export const takeSlow = process.env['SOLACE_SLOW'] === '1';
