import { fileURLToPath } from 'node:url';
import type { LoadedModel, LoadOptions } from '../engine/engine.ts';
import { nodeFiles } from '../engine/node-files.ts';
import { loadTransformers } from '../engine/transformers/load.ts';
import { EMBEDDED_MODEL } from './embedded.ts';

const PUBLIC = new URL('../../public/', import.meta.url);

/** The folder of the embedded model in this checkout. */
export const EMBEDDED_FOLDER = fileURLToPath(new URL(EMBEDDED_MODEL.url ?? '', PUBLIC));

/**
 * An exported ONNX folder on this machine's processor, for Node; the embedded model by default.
 * @throws LabError `missing-file` or `bad-config` when the folder holds no such model.
 */
export async function loadFolderModel(folder: string = EMBEDDED_FOLDER, options: LoadOptions = {}): Promise<LoadedModel> {
  return loadTransformers(await nodeFiles(folder), folder, { ...options, device: 'cpu' });
}
