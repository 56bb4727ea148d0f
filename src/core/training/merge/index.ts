export { type Adapter } from './adapter.ts';
export { openGgufAdapter } from './gguf-adapter.ts';
export { mergedCheckpoint, type MergedCheckpoint, type WeightedAdapter } from './merged.ts';
export { openAdapterFiles, type OpenedAdapterFiles } from './open.ts';
export { openAdapter } from './peft-adapter.ts';
export type { AddProduct } from './product.ts';
export { parseAdapterSettings } from './settings.ts';
