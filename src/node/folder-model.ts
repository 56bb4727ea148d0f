import { fileURLToPath } from 'node:url';
import { CHATML_TEMPLATE } from '../core/context/chatml.ts';
import type { LoadedModel, LoadOptions } from '../core/engine/engine.ts';
import type { ModelFiles } from '../core/engine/files.ts';
import { nodeFiles } from './node-files.ts';
import { checkManifest } from './node-manifest.ts';
import { loadTransformers } from '../engines/transformers/load.ts';
import { parseJson } from '../core/formats/checkpoint/json.ts';
import { EMBEDDED_MODEL } from '../core/engine/embedded.ts';

const PUBLIC = new URL('../../public/', import.meta.url);

/** The folder of the embedded model in this checkout. */
export const EMBEDDED_FOLDER = fileURLToPath(new URL(EMBEDDED_MODEL.url ?? '', PUBLIC));

export interface FolderModelOptions extends LoadOptions {
  /** `chatml` replaces the model's own chat template by plain ChatML. */
  template?: 'own' | 'chatml';
  /** Default: all cores. Fewer are faster if other programs need cores as well. */
  threads?: number;
}

/**
 * An exported ONNX folder on this machine's processor, for Node; the embedded model by default.
 * @throws {LabError} `missing-file` or `bad-config` when the folder holds no such model, `hash-mismatch` when a file is
 * not the one in its manifest.
 */
export async function loadFolderModel(
  folder: string = EMBEDDED_FOLDER,
  { template = 'own', ...options }: FolderModelOptions = {},
): Promise<LoadedModel> {
  const files = await nodeFiles(folder);
  await checkManifest(folder);
  return loadTransformers(template === 'own' ? files : withTemplate(files, CHATML_TEMPLATE), folder, {
    ...options,
    device: 'cpu',
  });
}

function withTemplate(files: ModelFiles, template: string): ModelFiles {
  return {
    ...files,
    list: files.list.filter(({ path }) => path !== 'chat_template.jinja'),
    async open(path) {
      const file = await files.open(path);
      if (path !== 'tokenizer_config.json') return file;
      return new Blob([JSON.stringify({ ...(parseJson(await file.text(), path) as object), chat_template: template })]);
    },
  };
}
