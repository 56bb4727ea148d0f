import { LabError } from '../../error.ts';
import { readSafetensorsHeader } from '../safetensors/read.ts';
import type { ByteSource } from '../source.ts';
import { decodeStored } from '../stored.ts';
import type { EncoderConfig } from './config.ts';

/** The weights of an encoder by the names of Hugging Face checkpoints, a tensor at a time. */
export interface EncoderWeights {
  /**
   * Decoded values, row major.
   * @throws {LabError} `bad-config` when the tensor is missing or of another shape.
   */
  read(name: string, shape: readonly number[]): Promise<Float32Array>;
}

/** A buffer of position numbers that older checkpoints stored. */
const IGNORED = /(^|\.)embeddings\.position_ids$/;

/** Opens a safetensors file. Names may begin with `bert.`, as in checkpoints that have a head as well. */
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
          todo: 'Use the config.json and the weights of one and the same encoder.',
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

/** Number of weights that the exported graph holds. */
export function countEncoderParameters(config: EncoderConfig): number {
  const { hiddenSize: h, intermediateSize: f, layers, vocabSize, maxPositions, tokenTypes } = config;
  const embeddings = (vocabSize + maxPositions + tokenTypes + 2) * h;
  return embeddings + layers * (4 * (h * h + h) + 2 * h * f + f + h + 4 * h);
}
