import { z } from 'zod';
import type { Checkpoint, SideFiles, TensorInfo } from './checkpoint.ts';
import { matrixShape, readRows } from './checkpoint.ts';
import { settingsOf, withSettings, withTemplateInline } from './side-files.ts';
import { replaceTemplate } from './template.ts';
import { endOfTurn, tokenizerFacts } from './tokenizer-facts.ts';

const HEAD = 'lm_head.weight';
const EMBEDDING = 'model.embed_tokens.weight';
const CHUNK_ROWS = 2048;
const GENERATION = 'generation_config.json';
const eosSchema = z
  .union([z.int().nonnegative(), z.array(z.int().nonnegative())])
  .nullish()
  .catch(undefined);

/**
 * A checkpoint as its side files mean it, whatever file says it: the chat template in one place, every token that ends
 * a reply, a head that is tied only where it equals the embedding. All that reads models opens them through here, so
 * that exports, training and replies agree. What a person should know of it is in `notes`.
 */
export async function settled<T extends Checkpoint>(checkpoint: T): Promise<T> {
  const head = await settledHead(checkpoint);
  return withEndTokens({ ...head, files: withTemplateInline(head.files) });
}

/** The same checkpoint with another chat template, and the token that ends its turns. */
export function withTemplate<T extends Checkpoint>(checkpoint: T, template: string): T {
  return withEndTokens({ ...checkpoint, files: replaceTemplate(checkpoint.files, template) });
}

/** Tokens that end a reply: those of generation_config.json, of config.json, and the one that ends the template's turns. */
function withEndTokens<T extends Checkpoint>(checkpoint: T): T {
  const { files, config, notes = [] } = checkpoint;
  const named = namedEndTokens(files);
  const turn = files.has('tokenizer.json') ? endOfTurn(files, tokenizerFacts(files)) : undefined;
  const all = [...new Set([...named, ...config.eosTokenIds, ...(turn ? [turn.id] : [])])].filter(
    (id) => id < config.vocabSize,
  );
  const settledConfig = { ...config, eosTokenIds: all };
  if (!turn || named.includes(turn.id) || !all.includes(turn.id)) return { ...checkpoint, config: settledConfig };
  const others = named.length === 0 ? 'no end token' : `other end tokens (${named.join(', ')})`;
  const note = `The chat template ends a turn with ${turn.text} (${turn.id}), but the configuration names ${others}: a reply ends at each of them.`;
  return {
    ...checkpoint,
    config: settledConfig,
    files: withSettings(files, GENERATION, { eos_token_id: all }),
    notes: [...notes.filter((old) => old !== note), note],
  };
}

/** End tokens that the configuration names. */
export function namedEndTokens(files: SideFiles): number[] {
  const of = (name: string): number[] => {
    const ids = eosSchema.parse(settingsOf(files, name)['eos_token_id']);
    return ids == null ? [] : [ids].flat();
  };
  return [...new Set([...of(GENERATION), ...of('config.json')])];
}

/**
 * Some tools leave `tie_word_embeddings: true` beside a head that was trained apart. Transformers 5 then uses the head
 * in the file; so does everything here.
 */
async function settledHead<T extends Checkpoint>(checkpoint: T): Promise<T> {
  const { config, tensors, notes = [] } = checkpoint;
  if (!config.tied || !tensors.has(HEAD)) return checkpoint;
  if (await sameMatrix(checkpoint, tensors.get(HEAD), tensors.get(EMBEDDING))) {
    // Listing it twice would let a copy lack it, or write it twice.
    return { ...checkpoint, tensors: new Map([...tensors].filter(([name]) => name !== HEAD)) };
  }
  const note =
    'config.json says that the output matrix is the embedding, but the file has a different one: it is used, as in Transformers 5.';
  return {
    ...checkpoint,
    config: { ...config, tied: false },
    files: withSettings(checkpoint.files, 'config.json', { tie_word_embeddings: false }),
    notes: [...notes, note],
  };
}

async function sameMatrix(
  checkpoint: Checkpoint,
  head: TensorInfo | undefined,
  embedding: TensorInfo | undefined,
): Promise<boolean> {
  if (!head || !embedding || head.shape.join() !== embedding.shape.join()) return false;
  const { rows } = matrixShape(head);
  for (let row = 0; row < rows; row += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - row);
    const [a, b] =
      head.type === embedding.type
        ? [await checkpoint.readStoredRows(HEAD, row, count), await checkpoint.readStoredRows(EMBEDDING, row, count)]
        : [await readRows(checkpoint, HEAD, row, count), await readRows(checkpoint, EMBEDDING, row, count)];
    if (a.some((value, i) => value !== b[i])) return false;
  }
  return true;
}
