import { LazyMap } from '../../core/async/memoised.ts';
import { rememberingTokenizer, type ModelTokenizer } from '../../core/context/tokenizer.ts';
import { LabError } from '../../core/error.ts';
import { openTokenizer } from './tokenizers.ts';

const opened = new LazyMap<string, ModelTokenizer | null>();

/**
 * The tokenizer of a model, without its weights; null if there is none on this machine (endpoints, MLC) or it cannot be
 * loaded now, in which case counts are estimated. Runs separately from the model, so a long reply does not block it.
 */
export function contextTokenizer(modelId: string): Promise<ModelTokenizer | null> {
  const open = () =>
    openTokenizer(modelId).then(rememberingTokenizer, (error: unknown) => {
      if (error instanceof LabError && error.code === 'unsupported') return null;
      throw error;
    });
  return opened.get(modelId, open).catch(() => null);
}
