import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../tests/harness/fixtures.ts';
import { describeExtra, readJsonGz, SHARED } from '../../../../tests/harness/shared.ts';
import { seededRandom } from '../../random/xoshiro128.ts';
import { bertScores, idfWeights, uniformWeights, type EncodedText } from '../../metrics/bertscore.ts';
import { encodeModel } from '../onnx/index.ts';
import { bytesSource } from '../source.ts';
import { buildEncoder, type EncoderDtype } from './build.ts';
import { parseEncoderConfig, type EncoderConfig } from './config.ts';
import { countEncoderParameters, openEncoderWeights, type EncoderWeights } from './weights.ts';

const CONFIG: EncoderConfig = {
  hiddenSize: 64,
  intermediateSize: 64,
  layers: 2,
  heads: 4,
  vocabSize: 11,
  maxPositions: 9,
  tokenTypes: 2,
  normEpsilon: 1e-12,
};

/** Random weights, created on first read, and their total number. */
function randomWeights(): EncoderWeights & { count(): number; get: (name: string) => Float32Array } {
  const random = seededRandom(7);
  const made = new Map<string, Float32Array>();
  const get = (name: string) => made.get(name) ?? new Float32Array(0);
  return {
    get,
    count: () => [...made.values()].reduce((sum, values) => sum + values.length, 0),
    async read(name, shape) {
      const scale = shape.length === 1 ? 0.2 : 0.5;
      const centre = name.endsWith('LayerNorm.weight') ? 1 : 0;
      const values = Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => centre + scale * (random() - 0.5),
      );
      made.set(name, values);
      return values;
    },
  };
}

async function run(
  model: Uint8Array,
  ids: number[][],
  mask = ids.map((row) => row.map(() => 1)),
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model);
  const tensor = (rows: number[][]) =>
    new ort.Tensor('int64', BigInt64Array.from(rows.flat().map(BigInt)), [rows.length, rows[0]?.length ?? 0]);
  const output = await session.run({
    input_ids: tensor(ids),
    attention_mask: tensor(mask),
    token_type_ids: tensor(ids.map((row) => row.map(() => 0))),
  });
  await session.release();
  return output.last_hidden_state?.data as Float32Array;
}

/** The same encoder as naive loops over rows. */
function forward(
  ids: number[],
  { hiddenSize: h, layers, heads }: EncoderConfig,
  get: (name: string) => Float32Array,
): number[][] {
  const row = (name: string, i: number) => Array.from(get(name).subarray(i * h, (i + 1) * h));
  const linear = (x: number[], name: string) => {
    const [matrix, bias] = [get(`${name}.weight`), get(`${name}.bias`)];
    return Array.from(bias, (b, r) => x.reduce((sum, value, k) => sum + value * (matrix[r * x.length + k] ?? 0), b));
  };
  const norm = (x: number[], name: string) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const deviation = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length);
    return x.map((v, k) => ((v - mean) / deviation) * (get(`${name}.weight`)[k] ?? 0) + (get(`${name}.bias`)[k] ?? 0));
  };
  const add = (x: number[], y: number[]) => x.map((v, k) => v + (y[k] ?? 0));
  // x · Φ(x), with Φ by numerical integration of its density.
  const gelu = (x: number) => {
    const steps = 2000;
    const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
    let area = 0;
    for (let i = 0; i < steps; i++) area += (density(((i + 0.5) / steps) * x) * x) / steps;
    return x * (0.5 + area);
  };
  let hidden = ids.map((id, place) => {
    const sum = add(row('embeddings.word_embeddings.weight', id), row('embeddings.position_embeddings.weight', place));
    return norm(add(sum, row('embeddings.token_type_embeddings.weight', 0)), 'embeddings.LayerNorm');
  });
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    const [q, k, v] = ['query', 'key', 'value'].map((part) =>
      hidden.map((x) => linear(x, `${prefix}.attention.self.${part}`)),
    );
    const size = h / heads;
    const mixed = hidden.map((_, i) =>
      Array.from({ length: heads }, (_, head) => {
        const part = (rows: number[][] | undefined, at: number) =>
          (rows?.[at] ?? []).slice(head * size, (head + 1) * size);
        const scores = ids.map((_, j) =>
          Math.exp(part(q, i).reduce((sum, x, d) => sum + x * (part(k, j)[d] ?? 0), 0) / Math.sqrt(size)),
        );
        const total = scores.reduce((a, b) => a + b, 0);
        return Array.from({ length: size }, (_, d) =>
          ids.reduce((sum, _, j) => sum + ((scores[j] ?? 0) / total) * (part(v, j)[d] ?? 0), 0),
        );
      }).flat(),
    );
    hidden = hidden.map((x, i) => {
      const attended = norm(
        add(linear(mixed[i] ?? [], `${prefix}.attention.output.dense`), x),
        `${prefix}.attention.output.LayerNorm`,
      );
      const fed = linear(linear(attended, `${prefix}.intermediate.dense`).map(gelu), `${prefix}.output.dense`);
      return norm(add(fed, attended), `${prefix}.output.LayerNorm`);
    });
  }
  return hidden;
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))));

describe('buildEncoder', () => {
  it('computes what BERT computes', async () => {
    const weights = randomWeights();
    const model = encodeModel(await buildEncoder(CONFIG, weights, 'fp32'));
    const ids = [3, 1, 4, 1, 5];
    const ours = await run(model, [ids]);
    expect(farthest(ours, forward(ids, CONFIG, weights.get).flat())).toBeLessThan(1e-5);
    expect(countEncoderParameters(CONFIG)).toBe(weights.count());
  });

  it('ignores padding', async () => {
    const model = encodeModel(await buildEncoder(CONFIG, randomWeights(), 'fp32'));
    const alone = await run(model, [[3, 1, 4]]);
    const padded = await run(
      model,
      [
        [3, 1, 4, 0, 0],
        [2, 7, 1, 8, 2],
      ],
      [
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1],
      ],
    );
    expect(farthest(alone, padded.subarray(0, alone.length))).toBeLessThan(1e-5);
  });

  it('is close when quantised', async () => {
    const exact = await run(encodeModel(await buildEncoder(CONFIG, randomWeights(), 'fp32')), [[3, 1, 4, 1, 5]]);
    const close = await run(encodeModel(await buildEncoder(CONFIG, randomWeights(), 'q8')), [[3, 1, 4, 1, 5]]);
    const distance = farthest(exact, close);
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThan(0.03);
  });

  it('refuses what groups of 64 do not divide, and other models', async () => {
    await expect(buildEncoder({ ...CONFIG, hiddenSize: 48 }, randomWeights(), 'q8')).rejects.toMatchObject({
      code: 'bad-config',
    });
    expect(() => parseEncoderConfig({ model_type: 'llama' })).toThrow(/model_type/);
    expect(() => parseEncoderConfig(null)).toThrow(/config\.json/);
  });
});

const MODEL = 'models/all-minilm-l6-v2';
const REFERENCE = 'reference/bertscore.json.gz';

describeExtra([MODEL, REFERENCE], `BERTScore of bert_score with the encoder of ${MODEL}`, () => {
  const read = (name: string) => readFileSync(join(SHARED, MODEL, name));
  const json = (name: string): object => JSON.parse(read(name).toString()) as object;

  interface Row {
    hyp: string;
    ref: string;
    prf: number[];
    prf_idf: number[];
  }

  const worst = async (dtype: EncoderDtype, rows: readonly Row[]) => {
    const weights = await openEncoderWeights(bytesSource('model.safetensors', read('model.safetensors')));
    const model = encodeModel(await buildEncoder(parseEncoderConfig(json('config.json')), weights, dtype));
    const tokenizer = new Tokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
    const session = await ort.InferenceSession.create(model);
    const encode = async (text: string): Promise<EncodedText> => {
      const { ids } = tokenizer.encode(text.trim());
      const tensor = (value: (id: number) => number) =>
        new ort.Tensor(
          'int64',
          BigInt64Array.from(ids, (id) => BigInt(value(id))),
          [1, ids.length],
        );
      const feeds = {
        input_ids: tensor((id) => id),
        attention_mask: tensor(() => 1),
        token_type_ids: tensor(() => 0),
      };
      return { ids, embeddings: (await session.run(feeds)).last_hidden_state?.data as Float32Array };
    };
    const pairs = [];
    for (const { hyp, ref } of rows) pairs.push({ hyp: await encode(hyp), ref: await encode(ref) });
    await session.release();
    const plain = bertScores(pairs, uniformWeights([101, 102]));
    const idf = bertScores(pairs, idfWeights(pairs.map(({ ref }) => ref.ids)));
    const distances = rows.map((row, i) =>
      Math.max(farthest(plain[i] ?? [], row.prf), farthest(idf[i] ?? [], row.prf_idf)),
    );
    return { megabytes: model.length / 1e6, distance: Math.max(...distances) };
  };

  it('is given within 1e-4 in fp32', async () => {
    expect((await worst('fp32', readFixture<{ rows: Row[] }>('bertscore').rows)).distance).toBeLessThan(1e-4);
  });

  it('is given within 1e-3 in at most 29.1 MB quantised', async () => {
    const { megabytes, distance } = await worst('q8', readJsonGz<{ rows: Row[] }>(REFERENCE).rows);
    expect(distance).toBeLessThan(1e-3);
    expect(megabytes).toBeLessThan(29.1);
  });
});
