import { CHATML_TEMPLATE } from '../core/context/chatml.ts';
import type { LoadedModel, LoadOptions } from '../core/engine/engine.ts';
import type { ModelFiles } from '../core/engine/files.ts';
import { nodeFiles } from './node-files.ts';
import { checkManifest } from './node-manifest.ts';
import { loadTransformers } from '../engines/transformers/load.ts';
import { parseJson } from '../core/json.ts';
import { CHAT_TEMPLATE_FILE, TOKENIZER_CONFIG } from '../core/formats/checkpoint/template.ts';
import { chooseModel, modelFolder } from './model-choice.ts';

export interface FolderModelOptions extends LoadOptions {
  /** `chatml` replaces the model's own chat template by plain ChatML. */
  template?: 'own' | 'chatml';
  /** Default: all cores. Fewer are faster if other programs need cores as well. */
  threads?: number;
}

/**
 * A model on this machine's processor, for Node: one that comes with the lab, by name, or an exported ONNX folder; by
 * default the one that the page begins with. An adapter is merged into its base once.
 * @throws {LabError} `missing-file` or `bad-config` when the folder holds no such model, `hash-mismatch` when a file is
 * not the one in its manifest.
 */
export async function loadFolderModel(
  given?: string,
  { template = 'own', ...options }: FolderModelOptions = {},
): Promise<LoadedModel> {
  const chosen = chooseModel(given);
  const folder = await modelFolder(chosen, options.signal);
  const files = await nodeFiles(folder);
  await checkManifest(folder);
  return loadTransformers(template === 'own' ? files : withTemplate(files, CHATML_TEMPLATE), chosen.name, {
    ...options,
    device: 'cpu',
  });
}

function withTemplate(files: ModelFiles, template: string): ModelFiles {
  return {
    ...files,
    list: files.list.filter(({ path }) => path !== CHAT_TEMPLATE_FILE),
    async open(path) {
      const file = await files.open(path);
      if (path !== TOKENIZER_CONFIG) return file;
      return new Blob([JSON.stringify({ ...(parseJson(await file.text(), path) as object), chat_template: template })]);
    },
  };
}
