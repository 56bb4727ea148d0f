import { rememberingTokenizer, type ModelTokenizer } from '../../core/context/tokenizer.ts';
import { LabError } from '../../core/error.ts';
import { openTokenizer } from './tokenizers.ts';

const opened = new Map<string, Promise<ModelTokenizer | null>>();

/**
 * The tokenizer of a model, without its weights; null where there is none on this machine (endpoints, MLC) or it cannot
 * be had now, in which case counts are estimated. Runs apart from the model, so a long reply does not hold it up.
 */
export function contextTokenizer(modelId: string): Promise<ModelTokenizer | null> {
  const known = opened.get(modelId);
  if (known) return known;
  const opening = openTokenizer(modelId).then(rememberingTokenizer, (error: unknown) => {
    if (!(error instanceof LabError && error.code === 'unsupported')) opened.delete(modelId);
    return null;
  });
  opened.set(modelId, opening);
  return opening;
}
