import type { z } from 'zod';
import type { LoadedModel, LoadProgress } from '../../core/engine/engine.ts';
import type { PageData } from './page-data.ts';
import type { NotebookServices } from './services.ts';

/** Permissions that the person grants per notebook before a function does anything. */
export const PERMISSIONS = ['conversations', 'datasets', 'runs', 'models', 'endpoint'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a function receives in addition to its arguments. */
export interface FunctionContext {
  signal: AbortSignal;
  /** Reports progress to the cell. */
  emit: (event: unknown) => void;
  /** The chosen model, which is loaded if necessary; if it has to be fetched, the page asks the person first. */
  model: (onProgress?: (progress: LoadProgress) => void) => Promise<LoadedModel>;
  /** Waits until the person lets the model be fetched that training reads, unless it is on this device. */
  mayFetchBase: () => Promise<void>;
  /** Services that run off the page's thread and end with the notebook. */
  services: NotebookServices;
  /** Datasets, models and tables of the page. */
  data: PageData;
  /** @throws {LabError} `refused` unless the person allows it. */
  require: (permission: Permission) => Promise<void>;
}

/** The same arguments give the same result, always or with the same model. */
export type CachedBy = 'arguments' | 'model';

export interface NotebookFunction {
  args: z.ZodType<unknown[]>;
  /** What decides a result, so that it can be cached; null if nothing does. */
  cached(args: unknown[]): CachedBy | null;
  run(args: unknown[], context: FunctionContext): Promise<unknown>;
}

/** Pairs a schema of arguments with the function that takes them. */
export function define<Args extends unknown[]>(
  args: z.ZodType<Args>,
  run: (args: Args, context: FunctionContext) => Promise<unknown>,
  { cached = null }: { cached?: CachedBy | null | ((args: Args) => CachedBy | null) } = {},
): NotebookFunction {
  return {
    args,
    run: (given, context) => run(given as Args, context),
    cached: (given) => (typeof cached === 'function' ? cached(given as Args) : cached),
  };
}
