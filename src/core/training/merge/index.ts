export { openAdapter, type Adapter } from './adapter.ts';
export { mergedCheckpoint, type MergedCheckpoint, type WeightedAdapter } from './merged.ts';
export type { AddProduct } from './product.ts';
export { parseAdapterSettings } from './settings.ts';
