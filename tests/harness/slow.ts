/**
 * Whether to take the journeys that a graphics card in software, or ten loads of a model, make minutes long. They are
 * skipped by name otherwise: `SOLACE_SLOW=1 npm test` takes them too.
 */
export const takeSlow = process.env['SOLACE_SLOW'] === '1';
