import { at } from '../../core/at.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { SIDE_FILES } from '../../core/formats/checkpoint/side-files.ts';
import { textHash } from '../../core/sha256.ts';
import { chooseVariant } from '../../engines/transformers/variants.ts';
import { GGUF_VERSION, ggufFromOnnx } from '../../engines/wllama/from-onnx.ts';
import type { FileStore } from './file-store.ts';
import { hashedFiles, madeFiles } from './made-files.ts';

const FILE = 'model.gguf';

/** Each takes about as much of the disk as the model, and is made again in a second or two. */
const KEPT_MODELS = 2;

/**
 * The weights of an ONNX folder that this lab exported as a GGUF for llama.cpp. It is kept in the store next to the
 * model's files, under a key that names weights, tokenizer and the way of converting, so that the next load neither
 * reads the weights nor converts anything; those of two models are kept.
 * @throws {LabError} `unsupported` for folders of other exporters, `cancelled`, and what reading the files throws.
 */
export async function convertedGguf(
  store: FileStore | undefined,
  record: { id: string; name: string },
  files: ModelFiles,
  options: LoadOptions,
): Promise<Blob> {
  const key = await keyOf(files, options);
  const made = await madeFiles(
    store,
    record,
    {
      folder: 'converted',
      key,
      models: KEPT_MODELS,
      async make(folder) {
        const file = await folder.create(FILE);
        await ggufFromOnnx(files, file, options);
        await file.close();
      },
    },
    options.signal,
  );
  return at([...made.values()], 0);
}

async function keyOf(files: ModelFiles, options: LoadOptions): Promise<string> {
  const { graph, data } = chooseVariant(files, 'wasm', false);
  const side = SIDE_FILES.filter((path) => files.list.some((file) => file.path === path));
  await files.ensure(side, options);
  const weights = files.contents ?? (await hashedFiles(files, [graph, ...data], options.signal));
  const named = (await hashedFiles(files, side, options.signal)).sort((a, b) => (a.path < b.path ? -1 : 1));
  return textHash(JSON.stringify([GGUF_VERSION, files.name, weights, named]));
}
