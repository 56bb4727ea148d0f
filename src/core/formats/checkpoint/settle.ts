import type { Checkpoint, TensorInfo } from './checkpoint.ts';
import { matrixShape, readRows } from './checkpoint.ts';
import { endTokens, GENERATION_CONFIG } from './end-tokens.ts';
import { withSettings, withTemplateInline } from './side-files.ts';
import { replaceTemplate } from './template.ts';

const HEAD = 'lm_head.weight';
const EMBEDDING = 'model.embed_tokens.weight';
const CHUNK_ROWS = 2048;

/**
 * Normalises a checkpoint: the chat template in one place, every token that ends a reply, a head that is tied only if
 * it equals the embedding. Everything that reads models opens them through here, so that exports, training and replies
 * agree. `notes` tells a person about changes.
 */
export async function settled<T extends Checkpoint>(checkpoint: T): Promise<T> {
  const head = await settledHead(checkpoint);
  return withEndTokens({ ...head, files: withTemplateInline(head.files) });
}

/** The same checkpoint with another chat template, and the token that ends its turns. */
export function withTemplate<T extends Checkpoint>(checkpoint: T, template: string): T {
  return withEndTokens({ ...checkpoint, files: replaceTemplate(checkpoint.files, template) });
}

/** The same checkpoint with every token that ends a reply named in its configuration. */
function withEndTokens<T extends Checkpoint>(checkpoint: T): T {
  const { files, config, notes = [] } = checkpoint;
  const ends = endTokens(files, config.eosTokenIds);
  const { named, turn } = ends;
  const all = ends.all.filter((id) => id < config.vocabSize);
  const settledConfig = { ...config, eosTokenIds: all };
  if (!turn || named.includes(turn.id) || !all.includes(turn.id)) return { ...checkpoint, config: settledConfig };
  const others = named.length === 0 ? 'no end token' : `other end tokens (${named.join(', ')})`;
  const note =
    `The chat template ends a turn with ${turn.text} (${turn.id}), but the configuration names ${others}: a reply ` +
    'ends at each of them.';
  return {
    ...checkpoint,
    config: settledConfig,
    files: withSettings(files, GENERATION_CONFIG, { eos_token_id: all }),
    notes: [...notes.filter((old) => old !== note), note],
  };
}

/**
 * Some tools leave `tie_word_embeddings: true` with a separately trained head. Transformers 5 then uses the head in the
 * file; so does everything here.
 */
async function settledHead<T extends Checkpoint>(checkpoint: T): Promise<T> {
  const { config, tensors, notes = [] } = checkpoint;
  if (!config.tied || !tensors.has(HEAD)) return checkpoint;
  if (await sameMatrix(checkpoint, tensors.get(HEAD), tensors.get(EMBEDDING))) {
    // If it were listed twice, a copy might lack it or write it twice.
    return { ...checkpoint, tensors: new Map([...tensors].filter(([name]) => name !== HEAD)) };
  }
  const note =
    'config.json says that the output matrix is the embedding, but the file has a different one: it is used, as in ' +
    'Transformers 5.';
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
