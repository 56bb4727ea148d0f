import { endTokens } from '../formats/checkpoint/end-tokens.ts';
import { SIDE_FILES } from '../formats/checkpoint/side-files.ts';
import { parseShape, type DecoderShape } from '../formats/config.ts';
import { readJson, type ModelFiles } from './files.ts';
import { readSideFiles } from './load-tokenizer.ts';

/**
 * The sizes of a model, from its config.json.
 * @throws {LabError} `missing-file`, `bad-file` or `bad-config` when it is missing or invalid.
 */
export async function loadShape(files: ModelFiles): Promise<DecoderShape> {
  return parseShape(await readJson(files, 'config.json'), `${files.name}/config.json`);
}

/** The tokens at which replies of a model end. */
export async function loadEndTokens(files: ModelFiles): Promise<number[]> {
  return endTokens(await readSideFiles(files, SIDE_FILES)).all;
}
