/** The models of the lab for tests and benchmarks: each loaded separately, so that engines can be compared. */
export * from '../../../src/core/engine/embedded.ts';
export * from '../../../src/lab/models/adding.ts';
export * from '../../../src/lab/models/list.ts';
export * from '../../../src/lab/models/loading.ts';
export * from '../../../src/lab/models/tokenizers.ts';
