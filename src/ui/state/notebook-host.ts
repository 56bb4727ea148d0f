import { DEFAULT_MODEL_ID } from '../../core/engine/embedded.ts';
import type { Models } from './models.svelte.ts';

/** The model whose tokenizer counts tokens: the chosen one, or the default one if that has no tokenizer here. */
export function tokenizerModel({ chosen }: Pick<Models, 'chosen'>): string {
  const { id, format } = chosen;
  return format === 'onnx' || format === 'adapter' || format === 'gguf' ? id : DEFAULT_MODEL_ID;
}
