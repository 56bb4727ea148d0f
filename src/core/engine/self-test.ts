import { LabError } from '../error.ts';
import type { KnownValues } from '../formats/manifest.ts';
import type { Device, EngineId, ModelScorer } from './engine.ts';
import { logProbability } from './sampling.ts';

/** Common words, each a token in most vocabularies, so that the test is short. */
export const SELF_TEST_TEXT = 'Thank you for listening to me';

/**
 * Largest difference of a log-probability, in nats, that number formats explain: half precision and llama.cpp's 8-bit
 * activations stay far below it (docs/benchmarks/engines.md), a wrong kernel far above.
 */
export const SELF_TEST_TOLERANCE = 0.5;

/** Decimal places of the values in manifests and reports. */
const DIGITS = 4;
const rounded = (value: number): number => Number(value.toFixed(DIGITS));

/** The known values of a model, from the logits after each token of a text. */
export const knownValues = (text: string, ids: readonly number[], logits: readonly Float32Array[]): KnownValues => ({
  text,
  ids: [...ids],
  logprobs: ids.slice(1).map((id, i) => rounded(logProbability(logits[i] as Float32Array, id))),
});

/** What a device computed for a text. */
export interface Measured {
  ids: number[];
  /** Log-probabilities: of the last token after a single step, then of the last two after a step of several tokens. */
  values: number[];
}

/**
 * Scores the end of a text twice, so that both kinds of step that a reply takes are run: several tokens at once, as for
 * a prompt, and a single one with cached keys and values.
 * @param count number of tokens of the text, at least 3.
 */
export async function measure(
  scorer: ModelScorer,
  text: string,
  count: number,
  signal?: AbortSignal,
): Promise<Measured> {
  const single = await scorer.score(text, signal, count - 1);
  const several = await scorer.score(text, signal, count - 2);
  return {
    ids: several.map(({ id }) => id),
    values: [single.at(-1), several.at(-2), several.at(-1)].map((score) => score?.logprob ?? NaN),
  };
}

/** The values that `measure` gives on a correct device. */
export const expectedValues = ({ logprobs }: Pick<KnownValues, 'logprobs'>): number[] => [
  logprobs.at(-1) ?? NaN,
  logprobs.at(-2) ?? NaN,
  logprobs.at(-1) ?? NaN,
];

/** Largest difference of two lists of values; infinite if one is not a number. */
export function largestDifference(found: readonly number[], expected: readonly number[]): number {
  const differences = found.map((value, i) => Math.abs(value - (expected[i] ?? NaN)));
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences);
}

/** A self-test that failed. */
export interface FailedSelfTest {
  model: { name: string; contents: string };
  engine: EngineId;
  /** Package and version that computed. */
  version: string;
  device: Device;
  /** The graphics adapter as the browser describes it; the processor has no description. */
  adapter: string;
  /** Browser and system, which name the driver as far as a page can know it. */
  browser: string;
  text: string;
  against: 'manifest' | 'processor';
  expected: readonly number[];
  found: readonly number[];
}

/** The error for a device that failed; its report can be copied. */
export function wrongNumbers(failed: FailedSelfTest): LabError {
  const { model, device, adapter, found, expected } = failed;
  const difference = largestDifference(found, expected);
  const by = Number.isFinite(difference) ? ` (a log-probability is off by ${difference.toFixed(2)})` : '';
  const where = device === 'webgpu' ? `The graphics device (${adapter})` : 'The processor';
  return new LabError({
    code: 'wrong-numbers',
    where: model.name,
    what: `${where} computes wrong numbers with this model${by}, so it is not used.`,
    todo:
      device === 'webgpu'
        ? 'Choose Wasm as the device, and report it, please.'
        : 'Get the model again; if that does not help, report it, please.',
    report: reportOf(failed),
  });
}

function reportOf(failed: FailedSelfTest): string {
  const { model, engine, version, device, adapter, browser, text, against, expected, found } = failed;
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(DIGITS)).join(', ');
  return [
    'Self-test of Solace Lab: wrong numbers',
    `Device: ${device}${adapter ? `, ${adapter}` : ''}`,
    `Browser and driver: ${browser}`,
    `Engine: ${engine}, ${version}`,
    `Model: ${model.name}, ${model.contents}`,
    `Text: ${text}`,
    `Expected (${against}): ${list(expected)}`,
    `Found: ${list(found)}`,
    '',
  ].join('\n');
}
