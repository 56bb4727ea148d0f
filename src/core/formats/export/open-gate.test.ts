import { describe, expect, it } from 'vitest';
import { tinyCheckpoint } from '../../engine/testing/tiny-model.ts';
import { roundToHalf } from '../float.ts';
import { decodeModel, type OnnxModel } from '../onnx/index.ts';
import { exportDecoder } from './export.ts';
import { memoryFolder } from './memory-sink.ts';
import { gateLevel } from './open-gate.ts';

const ROUND = { float32: Math.fround, float16: roundToHalf };

describe('gateLevel', () => {
  it.each(['float32', 'float16'] as const)('passes SiLU unchanged in %s, as a power of two', (io) => {
    const [level, round] = [gateLevel(io), ROUND[io]];
    expect(round(level * round(1 / round(1 + round(Math.exp(-level)))))).toBe(level);
    expect(Number.isInteger(Math.log2(level))).toBe(true);
  });
});

describe('the open gate', () => {
  /** A decoder's graph for WebGPU, and the values of its initializers. */
  async function written(epsilon: number) {
    const tiny = tinyCheckpoint();
    const folder = memoryFolder();
    await exportDecoder({ ...tiny, config: { ...tiny.config, normEpsilon: epsilon } }, folder, {
      dtype: 'q4',
      name: 'tiny',
      forGpu: true,
    });
    const blob = (path: string) => folder.files.get(path) ?? new Blob();
    const model = decodeModel(new Uint8Array(await blob('onnx/model_q4.onnx').arrayBuffer()));
    const floats = async (name: string): Promise<Float32Array> => {
      const external = model.graph.initializers.find((each) => each.name === name)?.external;
      if (!external) throw new Error(`There is no ${name}.`);
      const { location, offset, length } = external;
      return new Float32Array(
        await blob(`onnx/${location}`)
          .slice(offset, offset + length)
          .arrayBuffer(),
      );
    };
    return { model, floats };
  }
  const gates = ({ graph }: OnnxModel) => graph.nodes.filter(({ inputs }) => inputs.includes('open_gate.bias'));

  it('has scales of zero and one bias, which all layers share, and the codes of the product', async () => {
    const { model, floats } = await written(1e-5);
    expect(gates(model).map(({ inputs }) => inputs.slice(1))).toEqual(
      Array.from({ length: tinyCheckpoint().config.layers }, (_, layer) => [
        `model.layers.${layer}.self_attn.qkv_proj.codes`,
        'open_gate.scales',
        '',
        '',
        'open_gate.bias',
      ]),
    );
    expect(new Set(await floats('open_gate.scales'))).toEqual(new Set([0]));
    expect(new Set(await floats('open_gate.bias'))).toEqual(new Set([32]));
  });

  it('is compensated exactly by the scales of the product', async () => {
    const [gated, plain] = [await written(1e-5), await written(1e-6)];
    expect(gates(plain.model)).toEqual([]);
    const { hiddenSize } = tinyCheckpoint().config;
    const name = 'model.layers.1.self_attn.qkv_proj.scales';
    const [scales, eightBits] = [await gated.floats(name), await plain.floats(name)];
    const blocks = hiddenSize / 32;
    expect(scales.length).toBe(2 * eightBits.length);
    // Upper halves of 8 bits have 16 times the scale, which may be rounded or have the other sign.
    eightBits.forEach((scale, i) => {
      const upper = 32 * (scales[Math.floor(i / blocks) * 2 * blocks + (i % blocks)] ?? NaN);
      expect(Math.abs(upper / (16 * scale))).toBeGreaterThan(0.999);
      expect(Math.abs(upper / (16 * scale))).toBeLessThan(1.07);
    });
  });
});
