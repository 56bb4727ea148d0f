import { describe, expect, it } from 'vitest';
import { ENGINE_IDS, type EngineId, type LoadedModel } from '../core/engine/engine.ts';
import { MODEL_FORMATS } from '../core/engine/record.ts';
import { byteTokenizerFiles } from '../core/engine/testing/byte-tokenizer.ts';
import { createChatTokenizer } from '../core/tokenizer/chat-tokenizer.ts';
import { ENGINES, formatResumes, type Support } from './features.ts';
import { EndpointModel } from './openai/openai.ts';
import type { KvDecoder } from './transformers/kv-decoder.ts';
import { OrtModel } from './transformers/ort-model.ts';
import { WebLlmModel, type MlcEngine } from './webllm/webllm-model.ts';
import { WllamaModel, type LlamaRuntime } from './wllama/wllama-model.ts';

const files = byteTokenizerFiles();
const tokenizer = createChatTokenizer(files.tokenizer, files.config, 'tiny');
const facts = { modelId: 'm', contextWindow: 64 };

/** Each engine with a tokenizer, and without one if that is possible. Nothing is computed. */
const MODELS: Record<EngineId, { best: LoadedModel; least: LoadedModel }> = {
  transformers: both(
    new OrtModel({
      info: { ...facts, device: 'wasm' },
      tokenizer,
      decoder: {} as KvDecoder,
      eosIds: new Set(),
      health: () => undefined,
      release: () => Promise.resolve(),
    }),
  ),
  wllama: {
    best: new WllamaModel({ ...facts, device: 'wasm' }, {} as LlamaRuntime, tokenizer),
    least: new WllamaModel({ ...facts, device: 'wasm' }, {} as LlamaRuntime, undefined),
  },
  webllm: both(new WebLlmModel(facts, {} as MlcEngine)),
  openai: both(new EndpointModel({ ...facts, baseUrl: 'http://localhost/v1', model: 'm' })),
};

function both(model: LoadedModel): { best: LoadedModel; least: LoadedModel } {
  return { best: model, least: model };
}

/** What a table entry promises in the best case; only a "yes" promises it in every case. */
const promised = (support: Support): [boolean, boolean] => [support !== 'no', support === 'yes'];

describe.each(ENGINE_IDS)('the table entry of %s', (id) => {
  const { best, least } = MODELS[id];

  it('says what its models can do', () => {
    const { seed, topK, resumes, scores, countsTokens } = ENGINES[id];
    expect(best.info.engine).toBe(id);
    expect(best.info.features).toEqual({ seed: seed !== 'no', topK: topK !== 'no', resumes: resumes !== 'no' });
    expect([best.info.features.resumes, least.info.features.resumes]).toEqual(promised(resumes));
    expect([best.tokenizer !== undefined, least.tokenizer !== undefined]).toEqual(promised(countsTokens));
    // Whether a server can score is known only after a request, so an endpoint always has a scorer.
    if (id === 'openai') expect([scores, best.scorer !== undefined]).toEqual([expect.stringMatching(/^where/), true]);
    else expect([best.scorer !== undefined, least.scorer !== undefined]).toEqual(promised(scores));
  });
});

it('expects local models to resume replies, and no others', () => {
  expect(MODEL_FORMATS.filter(formatResumes)).toEqual(['onnx', 'adapter', 'gguf']);
});
