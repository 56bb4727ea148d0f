/**
 * The one door of the lab: what the interface, notebooks and the command line share. Each module may also be imported
 * on its own, which a page does to load only what it needs.
 */
export * from './compression.ts';
export * from './conversations.ts';
export * from './datasets.ts';
export * from '../core/engine/embedded.ts';
export * from './history.ts';
export * from './history-model.ts';
export * from './judge/judge.ts';
export * from './judge/check.ts';
export * from './metrics.ts';
export * from './runs/judging.ts';
export * from './runs/runs.ts';
export {
  adapterFiles,
  fineTune,
  type FineTuned,
  type FineTuneOptions,
  type TrainingDevice,
  type TrainingEvent,
} from './training.ts';
export {
  addEndpoint,
  addFromFiles,
  addFromUrl,
  addMlc,
  convertToOnnx,
  estimateMemory,
  listModels,
  listModelsOfEndpoint,
  listWebLlmModels,
  loadModel,
  openTokenizer,
  removeModel,
  subscribe as subscribeToModels,
} from './models/models.ts';
export type {
  OfferedModel,
  MemoryEstimate,
  ModelSummary,
  ModelTokenizer,
  NewEndpoint,
  NewMlc,
} from './models/models.ts';
