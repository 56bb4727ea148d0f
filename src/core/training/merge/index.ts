export { type Adapter } from './adapter.ts';
export { checkAdapterBase } from './check-base.ts';
export { combinedAdapter } from './combine.ts';
export { openGgufAdapter } from './gguf-adapter.ts';
export {
  checkAdapter,
  mergedCheckpoint,
  type AddProduct,
  type MergedCheckpoint,
  type WeightedAdapter,
} from './merged.ts';
export { mergeKey, type HashedFile } from './merge-key.ts';
export { commonTemplate, isAdapterFile, openAdapterFiles, type OpenedAdapterFiles } from './open.ts';
export { openAdapter } from './peft-adapter.ts';
export { parseAdapterSettings } from './settings.ts';
export { adapterToGguf } from './to-gguf.ts';
export { adapterToPeft } from './to-peft.ts';
