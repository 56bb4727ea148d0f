import type { RepresentationId } from '../../core/compression/representation.ts';

/** What is said about a ready-made comparison. */
export interface ExampleText {
  title: string;
  why: string;
}

/**
 * Names and sentences that `core` and `lab` give the interface in English, by id. English has none of these: there what
 * `core` says is shown. `named.ts` chooses.
 */
export interface Terms {
  /** What a compression of utterances does. */
  compressions: Record<RepresentationId, string>;
  /** What the ready-made comparisons show, in their order. */
  examples: readonly ExampleText[];
  /** What a model that comes with the lab is, by its id. */
  models: Readonly<Record<string, string>>;
  engines: EngineTerms;
}

/** What `engine-words.ts` recognises in sentences of engines, and in summaries of models. */
export interface EngineTerms {
  onnxFolder: string;
  ggufFile: string;
  fromHost: (host: string) => string;
  converted: (kind: string) => string;
  adapter: (base: string) => string;
  sum: (sum: string, base: string) => string;
  webllm: string;
  /** Reasons: clauses that a colon comes before and a full stop after. */
  noWebGpu: string;
  noAdapter: string;
  onlyProgram: (name: string) => string;
  noSuspending: string;
  noHalfPrecision: string;
  noProbabilities: string;
  /** A sentence of such a reason. */
  slower: (why: string) => string;
  convert: string;
  layers: (there: string, all: string) => string;
}
