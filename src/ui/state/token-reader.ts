import { measureTemplate, type TemplateCosts } from '../../core/context/template-costs.ts';
import { LabError } from '../../core/error.ts';
import { openTokenizer, type ModelTokenizer } from '../../lab/models/models.ts';
import type { TokenReader } from '../context/see.ts';

const readers = new Map<string, Promise<TokenReader | null>>();

/**
 * The tokenizer of a model, without its weights; null where there is none on this machine (endpoints, MLC) or it cannot
 * be had now, in which case counts are estimated. Runs apart from the model, so a long reply does not hold it up.
 */
export function tokenReaderOf(modelId: string): Promise<TokenReader | null> {
  const known = readers.get(modelId);
  if (known) return known;
  const opening = openTokenizer(modelId).then(counting, (error: unknown) => {
    if (!(error instanceof LabError && error.code === 'unsupported')) readers.delete(modelId);
    return null;
  });
  readers.set(modelId, opening);
  return opening;
}

/** How many counts are remembered before they are counted anew. */
const MOST = 5000;

/** Remembers counts: a conversation is counted again with every message, and nearly all of it is the same. */
function counting(tokenizer: ModelTokenizer): TokenReader {
  const counts = new Map<string, number>();
  const templates = new Map<string, Promise<TemplateCosts>>();
  return {
    async countTokens(texts) {
      if (counts.size > MOST) counts.clear();
      const missing = [...new Set(texts)].filter((text) => !counts.has(text));
      if (missing.length > 0) {
        const fresh = await tokenizer.countTokens(missing);
        missing.forEach((text, i) => counts.set(text, fresh[i] ?? 0));
      }
      return texts.map((text) => counts.get(text) ?? 0);
    },
    template(system) {
      const known = templates.get(system);
      if (known) return known;
      if (templates.size > 50) templates.clear();
      const measuring = measureTemplate(tokenizer, system);
      templates.set(system, measuring);
      measuring.catch(() => templates.delete(system));
      return measuring;
    },
  };
}
