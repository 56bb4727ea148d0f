import type { ListedModel } from '../state/listed-models.ts';
import { terms } from './in-use.svelte.ts';
import { shellTexts } from './shell.ts';
import type { EngineTerms } from './terms.ts';

type Known = readonly [english: RegExp, say: (words: EngineTerms, ...parts: string[]) => string];

/** What is known of a model that a person added, as `lab` writes it when it is added. */
const SUMMARIES: readonly Known[] = [
  [/^ONNX folder from this device\.$/, (words) => words.onnxFolder],
  [/^GGUF file from this device\.$/, (words) => words.ggufFile],
  [/^(ONNX folder|GGUF file) from (\S+)\.$/, (words, _, host = '') => words.fromHost(host)],
  [/^Converted from (\w+) on this device, 4 bits per weight\.$/, (words, kind = '') => words.converted(kind)],
  [/^Adapter from this device, over (.+)\.$/, (words, base = '') => words.adapter(base)],
  [/^Sum of (.+), over (.+)\.$/, (words, sum = '', base = '') => words.sum(sum, base)],
  [/^Runs on WebGPU with WebLLM/, (words) => words.webllm],
  [/^Model in MLC format; runs on WebGPU with WebLLM\.$/, (words) => words.webllm],
];

/** Why a graphics device cannot be used or checked, as the end of a sentence. */
const REASONS: readonly Known[] = [
  [/^this browser has no WebGPU$/, (words) => words.noWebGpu],
  [/^no graphics adapter was found$/, (words) => words.noAdapter],
  [/^the only graphics adapter here is a program \((.*)\)$/, (words, name = '') => words.onlyProgram(name)],
  [/^llama\.cpp needs a browser whose Wasm can wait for WebGPU \(JSPI\), and/, (words) => words.noSuspending],
  [/^llama\.cpp needs half-precision arithmetic \(shader-f16\) for WebGPU, and/, (words) => words.noHalfPrecision],
  [/^WebLLM gives no log-probabilities of a given text$/, (words) => words.noProbabilities],
];

const NOTES: readonly Known[] = [
  [
    /^Runs on the processor, so replies are slower: (.+?)\.( Converted for WebGPU, .+)?$/,
    (words, why = '', convert) => {
      const reason = find(REASONS, why);
      return reason === undefined ? '' : words.slower(reason) + (convert ? ` ${words.convert}` : '');
    },
  ],
  [
    /^Runs on the processor: the only graphics adapter here is a program \((.*)\), which is slower\.$/,
    (words, name = '') => words.slower(words.onlyProgram(name)),
  ],
  [
    /^(\d+) of (\d+) layers run on WebGPU, the others on Wasm, because/,
    (words, there = '', all = '') => words.layers(there, all),
  ],
  [/^Runs with ONNX Runtime, because llama\.cpp computed wrong numbers/, (words) => words.withoutLlama],
  [
    /^Replies are slower than they could be, because (.+)\.$/,
    (words, why = '') => {
      const reason = find(WIDENING, why);
      return reason === undefined ? '' : words.withoutWidening(reason);
    },
  ],
];

/** Why weights could not be widened. */
const WIDENING: readonly Known[] = [
  [/^ONNX Runtime computed wrong numbers with widened weights/, (words) => words.wrongWide],
  [/^there is too little memory to widen the weights$/, (words) => words.noRoomToWiden],
  [/^ONNX Runtime failed with widened weights: (.+)$/, (words, what = '') => words.failedWide(what)],
];

/** Before a sentence that is added to another note. */
const ADDED = / (?=Replies are slower than they could be|Runs with ONNX Runtime)/;

function find(known: readonly Known[], english: string): string | undefined {
  const words = terms()?.engines;
  if (!words) return undefined;
  for (const [pattern, say] of known) {
    const match = pattern.exec(english);
    if (match) return say(words, ...match.slice(1)) || undefined;
  }
  return undefined;
}

/**
 * What an engine says about a device, in the language in use; undefined in English and for what has no translation: its
 * own words are shown then.
 */
export function engineWords(english: string): string | undefined {
  const said = english.split(ADDED).map((part) => find([...REASONS, ...NOTES], part));
  return said.includes(undefined) ? undefined : said.join(' ');
}

/** What a model is, in the language in use; undefined in English and for what has no translation. */
export function modelSummary({ id, host, summary }: Pick<ListedModel, 'id' | 'host' | 'summary'>): string | undefined {
  if (host) return shellTexts.runsOnHost(host);
  return terms()?.models[id] ?? find(SUMMARIES, summary);
}
