import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashOf, readTraining } from '../../../build/safety/examples.ts';
import { readWeights } from '../../../build/safety/files.ts';
import { fitKernel, kernelMatrix, marginOf, type KernelText } from '../../../build/safety/kernel.ts';
import { dot, principalComponents } from '../../../build/safety/pca.ts';
import { dangerCommand } from '../../node/commands/danger.ts';
import { loadFolderEncoder } from '../../node/encoder-node.ts';
import type { EncodedText } from '../engine/encoder.ts';
import { createClassifier, detectWith, type Classify } from './classifier.ts';
import { FEATURES, hashedNgrams, nearness } from './features.ts';
import { CRISIS_KINDS } from './kinds.ts';
import { openWeights, quantised, toBase64, type Judge } from './weights.ts';
import { MOST_WINDOWS, WINDOW_WORDS, windowsOf } from './windows.ts';

const weights = readWeights();

describe('windows of a message', () => {
  it('are the message itself if it is short', () => {
    expect(windowsOf('I am\ntired. So tired.')).toEqual(['I am tired. So tired.']);
    expect(windowsOf('  ')).toEqual([]);
  });

  it('hold every word of a longer one, are cut between sentences, and overlap by one', () => {
    const sentences = Array.from({ length: 20 }, (_, i) => `word${i} `.repeat(9).concat('end.'));
    const windows = windowsOf(sentences.join(' '));
    for (const window of windows) expect(window.split(' ').length).toBeLessThanOrEqual(WINDOW_WORDS);
    for (const sentence of sentences) expect(windows.some((window) => window.includes(sentence))).toBe(true);
    expect(windows[1]?.startsWith(sentences[1] ?? '?')).toBe(true);
  });

  it('are few in a very long message, and include its end', () => {
    const windows = windowsOf(`${'a word here and there. '.repeat(15_000)}The end.`);
    expect(windows).toHaveLength(MOST_WINDOWS);
    expect(windows.at(-1)?.endsWith('The end.')).toBe(true);
    expect(windowsOf('x'.repeat(300_000))[0]?.length).toBeLessThan(50);
  });
});

describe('the features', () => {
  it('ignore case and apostrophes, and have a fixed weight', () => {
    const { places, values } = hashedNgrams('I don’t KNOW');
    expect(hashedNgrams('i dont know').places).toEqual(places);
    expect(values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(FEATURES.words + FEATURES.letters, 4);
    expect(hashedNgrams('').places).toHaveLength(0);
  });

  it('survive a round trip through storage', () => {
    const { data, scale } = quantised(new Float32Array([1, -0.5, 0]));
    expect([...data].map((value) => value * scale).map((value) => value.toFixed(2))).toEqual(['1.00', '-0.50', '0.00']);
    expect(toBase64(new Int8Array([1, -1]))).toBe('Af8=');
  });
});

describe('training', () => {
  const spread = Array.from({ length: 40 }, (_, i) => [Math.cos(i), Math.sin(i) / 3, 0.01 * (i % 3)]);

  it('finds the directions in which vectors vary most', () => {
    const { rows } = principalComponents(
      spread.map((vector) => Float32Array.from(vector)),
      2,
    );
    expect(Math.abs(rows[0]?.[0] ?? 0)).toBeGreaterThan(0.99);
    expect(Math.abs(dot(rows[0] ?? new Float32Array(), rows[1] ?? new Float32Array()))).toBeLessThan(1e-4);
  });

  it('separates what is not linearly separable, and reproducibly', () => {
    const texts = spread.map(([x = 0, y = 0]): KernelText => ({
      point: new Float32Array([x, 3 * y]),
      places: new Uint32Array(),
      values: new Float32Array(),
    }));
    const positive = (i: number): boolean => (spread[i]?.[0] ?? 0) * (spread[i]?.[1] ?? 0) > 0;
    const matrix = kernelMatrix(texts);
    const fit = () => fitKernel({ matrix, size: texts.length, members: texts.map((_, i) => i), positive, cost: 10 });
    const found = fit();
    expect(fit()).toEqual(found);
    const right = texts.filter((_, i) => marginOf(found, matrix, i) > 0 === positive(i));
    expect(right.length).toBeGreaterThanOrEqual(38);
    expect(nearness(new Float32Array([1]), new Float32Array([1]))).toBe(1);
  });

  it('used the committed phrases (npm run safety -- train)', () => {
    expect(weights.phrases).toBe(hashOf(readTraining()));
  });
});

describe('the weights', () => {
  const embedding = new Float32Array(FEATURES.dimension).fill(0.05);
  const noNgrams = [new Uint32Array(), new Float32Array()] as const;

  it.each([
    ['mean', { mean: weights.mean.slice(0, 400) }],
    ['directions', { directions: '' }],
    ['directionScale', { directionScale: NaN }],
    ['pointScales', { pointScales: weights.pointScales.slice(4) }],
    ['points', { points: weights.points.slice(0, 4000) }],
    ['kinds', { kinds: toBase64(new Uint8Array([CRISIS_KINDS.length])) }],
    ['kinds', { kinds: '' }],
    ['flag.weights', { flag: { ...weights.flag, weights: weights.flag.weights.slice(0, 4000) } }],
    ['flag.threshold', { flag: { ...weights.flag, threshold: Infinity } }],
    ['danger.weights', { danger: { ...weights.danger, weights: 'not base64!' } }],
    ['danger.margin', { danger: { ...weights.danger, margin: NaN } }],
    ['ngrams', { ngrams: weights.ngrams.slice(0, 4000) }],
    ['pointScales', { pointScales: toBase64(new Float32Array(FEATURES.components).fill(NaN)) }],
  ])('are refused if "%s" is damaged', (part, damage) => {
    const open = () => openWeights({ ...weights, ...damage });
    expect(open).toThrow(expect.objectContaining({ code: 'bad-file', message: expect.stringContaining(`"${part}"`) }));
  });

  let opened: Judge;
  let encoded: EncodedText[];
  let classify: Classify;
  beforeAll(() => {
    opened = openWeights(weights);
    classify = createClassifier({ encode: () => Promise.resolve(encoded) }, weights);
  });

  it('judge only what has the size of what they were trained on, and finite numbers', () => {
    const { project, judge } = opened;
    const wrong = expect.objectContaining({ code: 'wrong-numbers' });
    expect(project(embedding)).toHaveLength(FEATURES.components);
    expect(() => project(embedding.subarray(3))).toThrow(wrong);
    expect(() => project(new Float32Array())).toThrow(wrong);
    expect(() => project(embedding.map((value, i) => (i === 7 ? NaN : value)))).toThrow(wrong);
    expect(() => judge(new Float32Array(3), ...noNgrams)).toThrow(wrong);
    expect(() => judge(new Float32Array(FEATURES.components).fill(Infinity), ...noNgrams)).toThrow(wrong);
    expect(() => judge(project(embedding), new Uint32Array([1, 2]), new Float32Array(1))).toThrow(wrong);
    expect(() => judge(project(embedding), new Uint32Array([2 * FEATURES.buckets]), new Float32Array(1))).toThrow();
    expect(() => nearness(new Float32Array(2), new Float32Array(3))).toThrow();
  });

  it.each([
    ['no encoding', []],
    ['an encoding of three numbers', [{ ids: [1], embeddings: new Float32Array([1, 0, 0]) }]],
    ['no tokens', [{ ids: [], embeddings: new Float32Array() }]],
    ['numbers that are not finite', [{ ids: [1], embeddings: embedding.map(() => NaN) }]],
  ])('give no answer, not a wrong one, where the encoder gives %s', async (_, output) => {
    encoded = output;
    await expect(classify(['I want to die'])).rejects.toThrow();
  });

  it('take one signal per message', async () => {
    await expect(detectWith(() => Promise.resolve([]), ['Hello'])).rejects.toThrow();
  });
});

describe('the classifier', () => {
  let classify: Classify;
  beforeAll(async () => {
    classify = createClassifier(await loadFolderEncoder(), weights);
  });
  const levelsOf = async (texts: string[]): Promise<string[]> => (await classify(texts)).map(({ level }) => level);

  it('reads between the lines', async () => {
    const indirect = [
      'they will all manage fine once I am out of the picture, I have made my peace with it',
      'They would all be relieved if I did not wake up one morning',
      'I keep the tablets in my drawer and count them every night',
    ];
    for (const level of await levelsOf(indirect)) expect(level).not.toBe('none');
  });

  it('leaves everyday talk alone', async () => {
    const everyday = [
      'Thanks, that helps a lot',
      'My exam is on Monday and I am so nervous',
      'The train was late again and the coffee was cold',
      'I miss my grandmother, she died of cancer in spring',
      '',
    ];
    expect(await levelsOf(everyday)).toEqual(everyday.map(() => 'none'));
  });

  it('finds a sentence within a long message', async () => {
    const talk =
      'We went to the market and bought some apples for the cake. The weather was mild and the children played in ' +
      'the garden. ';
    const [seen] = await classify([`${talk.repeat(6)}I want to kill myself tonight. ${talk.repeat(6)}`]);
    expect(seen?.level).not.toBe('none');
    expect(seen?.kinds).toEqual(['suicide']);
  });

  it('encodes a bounded part of a very long message', async () => {
    let encoded = 0;
    const counting = createClassifier(
      {
        encode: (texts) => (
          encoded++,
          Promise.resolve(texts.map(() => ({ ids: [1], embeddings: new Float32Array(FEATURES.dimension) })))
        ),
      },
      weights,
    );
    await counting(['so it was and so it will be. '.repeat(10_000)]);
    expect(encoded).toBeLessThanOrEqual(MOST_WINDOWS);
  });

  it('adds to the rules and never overrules them', async () => {
    const blind: Classify = (messages) => Promise.resolve(messages.map(() => ({ level: 'none', kinds: [] })));
    expect(await detectWith(blind, ['I want to die', 'Hello'])).toEqual([
      { level: 'danger', kinds: ['suicide'] },
      { level: 'none', kinds: [] },
    ]);
    const wary: Classify = (messages) => Promise.resolve(messages.map(() => ({ level: 'concern', kinds: ['abuse'] })));
    expect(await detectWith(wary, ['I want to die'])).toEqual([{ level: 'danger', kinds: ['suicide', 'abuse'] }]);
  });

  it('answers on the command line, one line per message', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'danger-')), 'texts.json');
    writeFileSync(path, JSON.stringify(['I want to die', 'The soup was good', 'My brother attempted suicide']));
    const lines: string[] = [];
    await dangerCommand.run(['--texts', path], (line) => lines.push(line), new AbortController().signal);
    expect(lines[0]).toBe('danger');
    expect(lines[1]).toBe('none');
    expect(lines[2]).not.toBe('none');
    const rules: string[] = [];
    await dangerCommand.run(
      ['--rules-only', '--texts', path],
      (line) => rules.push(line),
      new AbortController().signal,
    );
    expect(rules).toEqual(['danger', 'none', 'concern']);
  });
});
