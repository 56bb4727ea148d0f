import { keepSelfTest, keptSelfTest, type KeptSelfTest } from '../../src/browser/storage/self-test-store.ts';
import type { Device, LoadedModel, SelfTestOutcome } from '../../src/core/engine/engine.ts';
import { LabError } from '../../src/core/error.ts';
import type { ModelFiles } from '../../src/core/engine/files.ts';
import {
  expectedValues,
  largestDifference,
  measure,
  SELF_TEST_TEXT,
  SELF_TEST_TOLERANCE,
  wrongNumbers,
  type FailedSelfTest,
} from '../../src/core/engine/self-test.ts';
import { filesHash, isWeightFile } from '../../src/core/evaluation/weights.ts';
import { probeGpu } from '../../src/engines/gpu.ts';
import { engineVersion } from '../../src/engines/software.ts';
import type { LoadRequest } from './api.ts';

/** Name of the entry in the worker's performance timeline, which benchmarks read. */
export const SELF_TEST_MEASURE = 'self-test';

/** A model up to this many bytes is loaded a second time, on the processor, to compare with. */
const CHEAP_BYTES = 256e6;

/** What is about to be loaded. */
export interface SelfTestSubject {
  request: LoadRequest;
  engine: 'transformers' | 'wllama';
  /** Files of a folder; undefined for a GGUF. */
  files?: ModelFiles | undefined;
  /** Names the form that the weights are converted to for the device, if any. */
  form?: string | undefined;
  /** Loads the same weights on the processor; undefined if it would use others. */
  onProcessor: () => Promise<LoadedModel | undefined>;
  signal?: AbortSignal | undefined;
}

/** What names the test, and its results in the browser's storage. */
export interface SelfTestTools {
  adapter: () => Promise<string>;
  version: (engine: SelfTestSubject['engine']) => string;
  browser: string;
  kept: (key: string) => Promise<KeptSelfTest | undefined>;
  keep: (key: string, result: KeptSelfTest) => Promise<void>;
}

const HERE: SelfTestTools = {
  adapter: async () => {
    const gpu = await probeGpu();
    return gpu.available ? gpu.description : gpu.reason;
  },
  version: (engine) => engineVersion(engine),
  get browser() {
    return navigator.userAgent;
  },
  // Without storage the test runs at every load.
  kept: (key) => keptSelfTest(key).catch(() => undefined),
  keep: (key, result) => keepSelfTest(key, result).catch(() => undefined),
};

/**
 * Loads a model and, the first time on this device, compares a few log-probabilities with those of its manifest, or of
 * the processor. The result is kept by weights, engine and device, so that later loads cost nothing.
 * @throws {LabError} `wrong-numbers` when they differ, and what loading throws.
 */
export async function loadTested<Model extends LoadedModel>(
  subject: SelfTestSubject,
  load: (untested: boolean) => Promise<Model>,
  tools: SelfTestTools = HERE,
): Promise<Model> {
  const { request, engine } = subject;
  const device = deviceOf(request);
  const adapter = device === 'webgpu' ? await tools.adapter() : '';
  const version = tools.version(engine);
  const contents = contentsOf(subject);
  const form = [...(request.choice.wide ? ['wide'] : []), ...(subject.form === undefined ? [] : [subject.form])];
  const key = JSON.stringify([contents, engine, version, device, adapter, tools.browser, ...form]);
  const kept = await tools.kept(key);
  if (kept?.passed === false && !request.choice.retest) throw wrongNumbers(kept.failed);
  const model = await load(!kept?.passed);
  if (kept?.passed) {
    model.info.selfTest = { passed: true, against: kept.against };
    return model;
  }
  try {
    const { outcome, failed } = await test(model, subject);
    if (outcome) model.info.selfTest = outcome;
    if (outcome?.passed) await tools.keep(key, outcome);
    if (!failed) return model;
    const { name } = request.record;
    const about = { model: { name, contents }, engine, version, device, adapter, browser: tools.browser, ...failed };
    await tools.keep(key, { passed: false, failed: about });
    throw wrongNumbers(about);
  } catch (error) {
    await model.unload();
    throw error;
  }
}

const deviceOf = ({ choice }: LoadRequest): Device => (choice.device === 'webgpu' ? 'webgpu' : 'wasm');

/** Names the weights by SHA-256 if the files have any, otherwise by what the record says of them. */
function contentsOf({ request: { record }, files }: SelfTestSubject): string {
  if (files?.contents !== undefined) return files.contents;
  const weights = files?.list.filter(isWeightFile) ?? [];
  const hashed = weights.flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [{ path, sha256 }]));
  if (weights.length > 0 && hashed.length === weights.length) return filesHash(hashed);
  return `${record.id}, ${record.bytes} bytes, added ${new Date(record.addedAt).toISOString()}`;
}

type Failure = Pick<FailedSelfTest, 'text' | 'against' | 'expected' | 'found'>;
type Tested = { outcome: SelfTestOutcome; failed?: undefined } | { outcome?: undefined; failed: Failure };

const LEAST_TOKENS = 3;
const NO_VALUES = 'its files state no values to compare with';
const untested = (why: string): Tested => ({ outcome: { passed: null, why } });

async function test(model: LoadedModel, subject: SelfTestSubject): Promise<Tested> {
  const start = performance.now();
  try {
    return await compare(model, subject);
  } catch (error) {
    // A model that cannot score this text may still reply.
    if (error instanceof LabError && error.code === 'unsupported') return untested(clause(error.detail.what));
    throw error;
  } finally {
    performance.measure(SELF_TEST_MEASURE, { start });
  }
}

async function compare(model: LoadedModel, subject: SelfTestSubject): Promise<Tested> {
  const { request, files, onProcessor, signal } = subject;
  const { scorer, tokenizer } = model;
  if (!scorer || !tokenizer) return untested('its tokenizer cannot run here');
  const known = files?.selfTest;
  const device = deviceOf(request);
  const text = known?.text ?? SELF_TEST_TEXT;
  const [count = 0] = await tokenizer.countTokens([text]);
  if (count < LEAST_TOKENS) return untested('its tokenizer makes too few tokens of the text');
  if (known) {
    const found = await measure(scorer, text, count, signal);
    if (found.ids.join() !== known.ids.slice(0, count).join())
      return untested('its tokenizer is not the one that its manifest describes');
    return compared(text, found.values, expectedValues(known, found, count), 'manifest');
  }
  if (device !== 'webgpu') return untested(NO_VALUES);
  if (request.record.bytes > CHEAP_BYTES) return untested(`${NO_VALUES}, and it is too large for a second copy`);
  const found = await measure(scorer, text, count, signal);
  const reference = await onProcessor();
  if (!reference) return untested(`${NO_VALUES}, and the processor would use other weights`);
  try {
    const expected = reference.scorer && (await measure(reference.scorer, text, count, signal));
    if (!expected) return untested('it cannot score on the processor');
    return compared(text, found.values, expected.values, 'processor');
  } finally {
    await reference.unload();
  }
}

/** A sentence as the end of another one. */
const clause = (sentence: string): string => sentence.replace(/\.$/, '');

function compared(text: string, found: number[], expected: number[], against: Failure['against']): Tested {
  return largestDifference(found, expected) <= SELF_TEST_TOLERANCE
    ? { outcome: { passed: true, against } }
    : { failed: { text, against, expected, found } };
}
