import { z } from 'zod';
import { throwIfCancelled } from '../error.ts';
import { nextTask } from '../async/next-task.ts';
import { openEncoderTokenizer } from '../tokenizer/tokenizer.ts';
import { checkJson } from '../json.ts';
import { TOKENIZER_CONFIG } from '../formats/checkpoint/template.ts';
import { MODEL_REQUIRED } from '../formats/checkpoint/side-files.ts';
import { GET_AGAIN, hasFile, missingFile, readJson, type ModelFiles } from './files.ts';
import type { OrtModule } from './ort.ts';

/** A text as an encoder sees it, special tokens included. */
export interface EncodedText {
  ids: number[];
  /** Hidden states of the last layer, row after row: ids.length x dimension. */
  embeddings: Float32Array;
}

/** A loaded BERT-like encoder. */
export interface Encoder {
  /** Ids of the tokens that the tokenizer adds around a text, [CLS] and [SEP]. */
  readonly specialIds: readonly number[];
  /** Ids of a text, special tokens included; truncation keeps the last special token. */
  tokenize(text: string): number[];
  /**
   * Computes equal texts once.
   * @throws {LabError} `cancelled` when `signal` is aborted.
   */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<EncodedText[]>;
  release(): Promise<void>;
}

/** Graphs in order of preference: those small enough to download are exact enough for BERTScore. */
const GRAPHS = ['onnx/model_quantized.onnx', 'onnx/model.onnx'];

const configSchema = z.looseObject({ max_position_embeddings: z.int().positive().default(512) });

/**
 * Opens the folder of an encoder in the layout of transformers.js: tokenizer, config and `onnx/model*.onnx`.
 * @throws {LabError} `missing-file`, `bad-file` or `bad-config` naming the file at fault.
 */
export async function openEncoder(
  files: ModelFiles,
  { InferenceSession, Tensor }: OrtModule,
  signal?: AbortSignal,
): Promise<Encoder> {
  const graph = GRAPHS.find((path) => hasFile(files, path));
  if (!graph) throw missingFile(files.name, GRAPHS.join(' or '));
  await files.ensure([...MODEL_REQUIRED, graph], signal ? { signal } : {});
  const config = checkJson(configSchema, await readJson(files, 'config.json'), `${files.name}/config.json`, {
    todo: GET_AGAIN,
  });
  const encode = openEncoderTokenizer(
    await readJson(files, 'tokenizer.json'),
    await readJson(files, TOKENIZER_CONFIG),
    files.name,
  );
  const session = await InferenceSession.create(new Uint8Array(await (await files.open(graph)).arrayBuffer()));
  const specialIds = encode('');
  const last = specialIds.at(-1) ?? 0;

  const tokenize = (text: string): number[] => {
    const ids = encode(text.trim());
    return ids.length <= config.max_position_embeddings
      ? ids
      : [...ids.slice(0, config.max_position_embeddings - 1), last];
  };

  async function run(ids: number[]): Promise<Float32Array> {
    const feed = (value: (id: number) => number) =>
      new Tensor(
        'int64',
        BigInt64Array.from(ids, (id) => BigInt(value(id))),
        [1, ids.length],
      );
    const all = { input_ids: feed((id) => id), attention_mask: feed(() => 1), token_type_ids: feed(() => 0) };
    const wanted = Object.entries(all).filter(([name]) => session.inputNames.includes(name));
    const outputs = await session.run(Object.fromEntries(wanted));
    const states = outputs['last_hidden_state'] ?? Object.values(outputs)[0];
    const copy = Float32Array.from(states?.data as Float32Array);
    for (const tensor of [...Object.values(all), ...Object.values(outputs)]) tensor.dispose();
    return copy;
  }

  return {
    specialIds,
    tokenize,
    async encode(texts, abort) {
      const known = new Map<string, EncodedText>();
      for (const text of texts) {
        if (known.has(text)) continue;
        await nextTask();
        throwIfCancelled(abort);
        const ids = tokenize(text);
        known.set(text, { ids, embeddings: await run(ids) });
      }
      return texts.map((text) => known.get(text) as EncodedText);
    },
    release: () => session.release(),
  };
}
