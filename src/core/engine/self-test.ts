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
  /** The first token whose log-probability is compared. */
  first: number;
  /** Log-probabilities of the tokens from `first` to the end. */
  values: number[];
}

/**
 * Scores a text of `count` tokens. Several tokens and a single one after cached ones run different kernels, and both
 * are tested: all but the last log-probability come from the former, the last one from the latter. Engines that score
 * token by token do the same for the last two.
 */
export async function measure(
  scorer: ModelScorer,
  text: string,
  count: number,
  signal?: AbortSignal,
): Promise<Measured> {
  const first = scorer.scoreInTwoSteps ? 1 : count - 2;
  const scores = await (scorer.scoreInTwoSteps?.(text, signal) ?? scorer.score(text, signal, first));
  return {
    ids: scores.map(({ id }) => id),
    first,
    values: scores.slice(first).map(({ logprob }) => logprob ?? NaN),
  };
}

/** The values that `measure` gives on a correct device for the first `count` tokens. */
export const expectedValues = (
  { logprobs }: Pick<KnownValues, 'logprobs'>,
  { first }: Pick<Measured, 'first'>,
  count: number,
): number[] => logprobs.slice(first - 1, count - 1);

/** Largest difference of two lists of values; infinite if one is not a number. */
export function largestDifference(found: readonly number[], expected: readonly number[]): number {
  const differences = found.map((value, i) => Math.abs(value - (expected[i] ?? NaN)));
  return found.length !== expected.length || differences.some(Number.isNaN) ? Infinity : Math.max(...differences);
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
