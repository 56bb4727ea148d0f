import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForCausalLM, AutoTokenizer, type PreTrainedTokenizer, type Tensor } from '@huggingface/transformers';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointToGguf } from '../src/core/formats/gguf/from-checkpoint.ts';
import { readGgufHeader } from '../src/core/formats/gguf/read.ts';
import { tokenizerFromGguf } from '../src/core/formats/gguf/tokenizer.ts';
import { decodeModel } from '../src/core/formats/onnx/index.ts';
import { forward } from '../src/core/formats/reference/forward.ts';
import { openExportedFolder } from '../trainer/export/folder.ts';
import { diskFolder } from '../trainer/files/sink.ts';
import { fileSource } from '../trainer/files/source.ts';
import { readManifest } from '../src/node/node-manifest.ts';
import { EMBEDDED_FOLDER as EMBEDDED } from '../src/node/model-choice.ts';
import { baseExport, SOURCE } from './harness/base-export.ts';
import { argmax, Decoder, mean, negativeLogLikelihood } from './harness/decoder.ts';
import { readFixture, type ForwardReference } from './harness/fixtures.ts';
import { describeExtra, readJsonGz, SHARED } from './harness/shared.ts';

const REFERENCE = 'reference/smollm2-forward.json.gz';
const KV_HEADS = 3;
const HEAD_DIM = 64;
/** The threads of a session wait for each other by spinning, which other tests pay for. */
const ONE_THREAD = { intraOpNumThreads: 1 };
/** Prompts that are also continued token by token with the cache, which reads all weights for each token. */
const CACHED_ROWS = 2;

/** Conversations outside the reference files. */
const FURTHER = [
  [
    {
      role: 'user',
      content: 'My sister and I have not spoken since the funeral. I miss her, but every call ends in a fight.',
    },
  ],
  [
    { role: 'system', content: 'You comfort people. Ask before you advise.' },
    { role: 'user', content: 'I failed the bar exam again (my 3rd try!) and rent is due in 5 days…' },
    { role: 'assistant', content: 'That sounds exhausting. What worries you most right now?' },
    { role: 'user', content: 'Telling my parents. They keep asking when it will be "done".' },
  ],
  [{ role: 'user', content: 'List three calming things to do before bed.\n\n1.' }],
];

async function load(folder: string, file: string): Promise<Decoder> {
  return new Decoder(
    ort,
    await ort.InferenceSession.create(join(folder, 'onnx', file), ONE_THREAD),
    KV_HEADS,
    HEAD_DIM,
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

describe('the embedded model', () => {
  let decoder: Decoder;
  beforeAll(async () => void (decoder = await load(EMBEDDED, 'model_q4.onnx')));

  it('computes what its weights define', async ({ annotate }) => {
    const { checkpoint, close } = await openExportedFolder(EMBEDDED);
    const ids = [1, 4093, 198, 57, 744, 4330, 1035, 2, 198];
    const expected = await forward(checkpoint, ids);
    const { nll } = await decoder.score(ids);
    const worst = Math.max(
      ...nll.map((value, i) =>
        Math.abs(value - negativeLogLikelihood(expected[i] ?? new Float32Array(0), ids[i + 1] ?? 0)),
      ),
    );
    await annotate(
      `largest difference of a token's negative log-likelihood from a plain forward pass: ${worst.toExponential(2)}`,
    );
    expect(worst).toBeLessThan(1e-3);
    await close();
  });

  // Each node costs time for every token, on a graphics device above all (docs/benchmarks/engines.md).
  it('has at most 888 nodes', async () => {
    const { graph } = decodeModel(await readFile(join(EMBEDDED, 'onnx/model_q4.onnx')));
    expect(graph.nodes.length).toBeGreaterThan(100);
    expect(graph.nodes.length).toBeLessThanOrEqual(888);
  });

  it('computes the known values of its manifest, with which devices are tested', async () => {
    const known = (await readManifest(EMBEDDED))?.selfTest;
    const { nll } = await decoder.score(known?.ids ?? []);
    expect(nll).toHaveLength(known?.logprobs.length ?? NaN);
    nll.forEach((value, i) => expect(-value).toBeCloseTo(known?.logprobs[i] ?? NaN, 3));
  });

  it('gives the same likelihoods, next tokens and greedy replies as torch with its weights', async () => {
    for (const row of readFixture<ForwardReference>('forward').rows) {
      const { nll, argmax: found, cache } = await decoder.score(row.ids);
      expect(nll).toHaveLength(row.nll.length);
      row.nll.forEach((value, i) => expect(Math.abs(value - (nll[i] ?? NaN)), `token ${i}`).toBeLessThan(1e-3));
      expect(found.at(-1)).toBe(row.last_top10[0]?.[0]);
      const { rows: last } = await decoder.run(row.ids, 1);
      for (const [id, logit] of row.last_top10) expect(Math.abs((last[0]?.[id] ?? NaN) - logit)).toBeLessThan(5e-3);
      expect(await decoder.greedy(row.greedy32[0] ?? -1, cache, row.greedy32.length)).toEqual(row.greedy32);
    }
  });

  it('loads in transformers.js unchanged, and replies', async () => {
    const tokenizer: PreTrainedTokenizer = await AutoTokenizer.from_pretrained(EMBEDDED);
    const model = await AutoModelForCausalLM.from_pretrained(EMBEDDED, { session_options: ONE_THREAD });
    const prompt = tokenizer.apply_chat_template([{ role: 'user', content: 'What is the capital of France?' }], {
      tokenize: false,
      add_generation_prompt: true,
    });
    const inputs: Record<string, Tensor> = tokenizer(prompt, { add_special_tokens: false });
    const output = (await model.generate({ ...inputs, max_new_tokens: 8, do_sample: false })) as Tensor;
    const prompted = tokenizer.encode(prompt, { add_special_tokens: false });
    const made = [...(output.data as BigInt64Array)].map(Number).slice(prompted.length);
    const { argmax: found, cache } = await decoder.score(prompted);
    expect(made).toEqual((await decoder.greedy(found.at(-1) ?? -1, cache, 8)).slice(0, made.length));
    expect(made.length).toBeGreaterThan(0);
    await model.dispose();
  });
});

describeExtra([REFERENCE, SOURCE], REFERENCE, () => {
  let rows: ForwardReference['rows'];
  let fp32: Decoder;
  let q4Folder: string;
  let q4: Decoder;
  /** The likeliest token of the fp32 export at each position of each row. */
  const likeliest: number[][] = [];

  beforeAll(async () => {
    ({ rows } = readJsonGz<ForwardReference>(REFERENCE));
    fp32 = await load(await baseExport('fp32'), 'model.onnx');
    q4Folder = await baseExport('q4');
    q4 = await load(q4Folder, 'model_q4.onnx');
  });

  it('an fp32 export gives every token its likelihood and the same 32 greedy tokens', async ({ annotate }) => {
    let worst = 0;
    for (const [r, row] of rows.entries()) {
      // If each token of the reply is the likeliest one after those before it, it is the greedy reply.
      const { nll, argmax: found } = await fp32.score([...row.ids, ...row.greedy32.slice(0, -1)]);
      likeliest.push(found.slice(0, row.ids.length));
      worst = Math.max(worst, ...row.nll.map((value, i) => Math.abs(value - (nll[i] ?? NaN))));
      expect(found[row.ids.length - 1]).toBe(row.last_top10[0]?.[0]);
      expect(found.slice(row.ids.length - 1)).toEqual(row.greedy32);
      if (r >= CACHED_ROWS) continue;
      const { cache } = await fp32.run(row.ids, 1);
      expect(await fp32.greedy(row.greedy32[0] ?? -1, cache, row.greedy32.length)).toEqual(row.greedy32);
    }
    await annotate(
      `fp32: largest difference of a token's negative log-likelihood ${worst.toExponential(2)} nats, ` +
        `greedy tokens equal on ${rows.length} prompts`,
    );
    expect(worst).toBeLessThan(1e-3);
  });

  it('a q4 export stays within 1.5 % of the mean NLL and agrees on 90 % of next tokens', async ({ annotate }) => {
    const own: number[] = [];
    const reference: number[] = [];
    let agreed = 0;
    let positions = 0;
    for (const [i, row] of rows.entries()) {
      const { nll, argmax: found } = await q4.score(row.ids);
      own.push(...nll);
      reference.push(...row.nll);
      const wanted = likeliest[i] ?? (await fp32.score(row.ids)).argmax;
      agreed += found.filter((id, t) => id === wanted[t]).length;
      positions += found.length;
    }
    const off = mean(own) / mean(reference) - 1;
    await annotate(
      `q4: mean NLL ${mean(own).toFixed(4)}, reference ${mean(reference).toFixed(4)} (${percent(off)}); ` +
        `next tokens agree on ${percent(agreed / positions)} of ${positions}`,
    );
    expect(Math.abs(off)).toBeLessThan(0.015);
    expect(agreed / positions).toBeGreaterThanOrEqual(0.9);
  });

  it('a q4 export converts back to the GGUF that it was made from, bit for bit, including the tokenizer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'solace-gguf-'));
    const exported = await openExportedFolder(q4Folder);
    const file = await diskFolder(folder).create('model.gguf');
    await checkpointToGguf(exported.checkpoint, file, { name: 'SmolLM2', type: 'keep' });
    await file.close();
    const [path] = (await readdir(join(SHARED, SOURCE))).filter((name) => name.endsWith('.gguf'));
    const [before, after] = [
      await fileSource(join(SHARED, SOURCE, path ?? '')),
      await fileSource(join(folder, 'model.gguf')),
    ];
    const [a, b] = [await readGgufHeader(before), await readGgufHeader(after)];
    const places = new Map(b.tensors.map((tensor) => [tensor.name, tensor]));
    expect(places.size).toBe(a.tensors.length);
    for (const tensor of a.tensors) {
      const copy = places.get(tensor.name);
      expect(copy).toMatchObject({ shape: tensor.shape, type: tensor.type });
      expect(
        Buffer.compare(
          await before.read(tensor.offset, tensor.bytes),
          await after.read(copy?.offset ?? -1, tensor.bytes),
        ),
      ).toBe(0);
    }
    for (const [key, value] of a.metadata) if (key.startsWith('tokenizer.')) expect(b.metadata.get(key)).toEqual(value);

    // In the other direction: the tokenizer in the metadata is the one of the model's own files.
    const own = JSON.parse(exported.checkpoint.files.get('tokenizer.json') ?? 'null') as {
      model: { vocab: object; merges: string[] };
      added_tokens: object[];
      pre_tokenizer: object;
    };
    const rebuilt = JSON.parse(
      tokenizerFromGguf(a.metadata, 'model.gguf').get('tokenizer.json') ?? 'null',
    ) as typeof own;
    expect(rebuilt.model.vocab).toEqual(own.model.vocab);
    expect(rebuilt.model.merges).toEqual(own.model.merges);
    expect(rebuilt.added_tokens).toEqual(own.added_tokens);
    expect(rebuilt.pre_tokenizer).toEqual(own.pre_tokenizer);
    await Promise.all([exported.close(), before.close(), after.close()]);
    await rm(folder, { recursive: true });
  });

  it('a q4 export does so too on prompts outside the reference files', async ({ annotate }) => {
    const tokenizer: PreTrainedTokenizer = await AutoTokenizer.from_pretrained(q4Folder);
    const own: number[] = [];
    const reference: number[] = [];
    let agreed = 0;
    for (const messages of FURTHER) {
      const prompt = tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true });
      const ids = tokenizer.encode(prompt, { add_special_tokens: false });
      const [a, b] = [await q4.score(ids), await fp32.score(ids)];
      own.push(...a.nll);
      reference.push(...b.nll);
      agreed += a.argmax.slice(1).filter((id, t) => id === b.argmax[t + 1]).length;
      expect(a.argmax.at(-1)).toBe(argmax((await fp32.run(ids, 1)).rows[0] ?? new Float32Array(0)));
    }
    const off = mean(own) / mean(reference) - 1;
    await annotate(
      `further prompts: mean NLL ${mean(own).toFixed(4)}, fp32 ${mean(reference).toFixed(4)} (${percent(off)}); ` +
        `next tokens agree on ${percent(agreed / own.length)} of ${own.length}`,
    );
    expect(Math.abs(off)).toBeLessThan(0.015);
    expect(agreed / own.length).toBeGreaterThanOrEqual(0.9);
  });
});
