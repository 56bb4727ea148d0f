import { LabError } from '../../error.ts';
import { readSafetensorsHeader } from '../safetensors/read.ts';
import type { ByteSource } from '../source.ts';
import { decodeStored } from '../stored.ts';
import type { EncoderConfig } from './config.ts';

/** The weights of an encoder by the names of Hugging Face checkpoints, one tensor at a time. */
export interface EncoderWeights {
  /**
   * Decoded values, row major.
   * @throws {LabError} `bad-config` when the tensor is missing or has a different shape.
   */
  read(name: string, shape: readonly number[]): Promise<Float32Array>;
}

/** A buffer of position ids that older checkpoints contain. */
const IGNORED = /(^|\.)embeddings\.position_ids$/;

/** Opens a safetensors file. Names may begin with `bert.`, as in checkpoints that also have a head. */
export async function openEncoderWeights(source: ByteSource): Promise<EncoderWeights> {
  const tensors = new Map(
    (await readSafetensorsHeader(source, IGNORED)).map((tensor) => [tensor.name.replace(/^bert\./, ''), tensor]),
  );
  return {
    async read(name, shape) {
      const tensor = tensors.get(name);
      if (tensor?.shape.join() !== shape.join()) {
        throw new LabError({
          code: 'bad-config',
          where: source.name,
          what: tensor
            ? `Tensor "${name}" is [${tensor.shape.join(', ')}] where config.json says [${shape.join(', ')}].`
            : `It has no tensor "${name}".`,
          todo: 'Use the config.json and the weights of the same encoder.',
        });
      }
      const bytes = await source.read(tensor.offset, tensor.bytes);
      return decodeStored(
        tensor.type,
        bytes,
        shape.reduce((a, b) => a * b, 1),
      );
    },
  };
}

/** Number of weights in the exported graph. */
export function countEncoderParameters(config: EncoderConfig): number {
  const { hiddenSize: h, intermediateSize: f, layers, vocabSize, maxPositions, tokenTypes } = config;
  const embeddings = (vocabSize + maxPositions + tokenTypes + 2) * h;
  return embeddings + layers * (4 * (h * h + h) + 2 * h * f + f + h + 4 * h);
}
