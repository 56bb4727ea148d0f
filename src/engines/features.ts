import type { DecodingFeatures, EngineId } from '../core/engine/engine.ts';
import type { ModelFormat } from '../core/engine/record.ts';
import type { EngineTable } from './choose-device.ts';

/** Whether an engine supports something; a text states the condition. */
export type Support = 'yes' | 'no' | `where ${string}`;

/** What an engine runs, on which devices, and its features. */
export interface EngineFacts {
  name: string;
  runs: string;
  /** Devices, as text for people. */
  on: string;
  /** `LoadedModel.scorer`: a log-probability for every token of a text. */
  scores: Support;
  /** `LoadedModel.tokenizer`: exact token counts, and the prompt as the model sees it. */
  countsTokens: Support;
  /** Whether the same seed and settings give the same reply. */
  seed: Support;
  /** Whether the setting `topK` is honoured. */
  topK: Support;
  /** Whether a reply can be resumed where it ended. */
  resumes: Support;
}

/**
 * The only table of engine features: engines read their flags here, and docs/reference/engines.md is generated from it.
 */
export const ENGINES: Record<EngineId, EngineFacts> = {
  transformers: {
    name: 'transformers.js with ONNX Runtime',
    runs: 'ONNX folders, and adapters for them',
    on: 'WebGPU, Wasm, Node',
    scores: 'yes',
    countsTokens: 'yes',
    seed: 'yes',
    topK: 'yes',
    resumes: 'yes',
  },
  wllama: {
    name: 'wllama (llama.cpp in Wasm)',
    runs: "GGUF files; ONNX folders of this lab's exporter, and adapters for them",
    on: 'Wasm, WebGPU where the card has `shader-f16`',
    scores: 'where the tokenizer in the file can be run here; see below',
    countsTokens: 'where the tokenizer in the file can be run here',
    seed: 'yes',
    topK: 'yes',
    resumes: 'where the tokenizer in the file can be run here',
  },
  webllm: {
    name: 'WebLLM',
    runs: 'models in MLC format',
    on: 'WebGPU',
    scores: 'no',
    countsTokens: 'no',
    seed: 'yes',
    topK: 'no',
    resumes: 'no',
  },
  openai: {
    name: 'endpoint',
    runs: 'whatever the server runs',
    on: 'elsewhere',
    scores: 'where the server echoes log-probabilities',
    countsTokens: 'no',
    seed: 'where the server honours it',
    topK: 'where the server honours it',
    resumes: 'no',
  },
};

/** Which engine runs a format on a device; `auto` applies if the person chose no device. */
export const ENGINE_FOR: Record<ModelFormat, EngineTable> = {
  onnx: { auto: 'transformers', webgpu: 'transformers', wasm: 'wllama' },
  adapter: { auto: 'transformers', webgpu: 'transformers', wasm: 'wllama' },
  gguf: { auto: 'wllama', webgpu: 'wllama', wasm: 'wllama' },
  mlc: { auto: 'webllm', webgpu: 'webllm' },
  endpoint: { auto: 'openai', webgpu: 'openai', wasm: 'openai' },
};

/** The settings that an engine honours; those that only some servers honour are sent to all. */
export function decodingFeatures(id: EngineId): DecodingFeatures {
  const { seed, topK, resumes } = ENGINES[id];
  return { seed: seed !== 'no', topK: topK !== 'no', resumes: resumes !== 'no' };
}

/** Whether a model of this format that is not loaded yet can be expected to resume replies. */
export function formatResumes(format: ModelFormat): boolean {
  const { auto } = ENGINE_FOR[format];
  return auto !== undefined && decodingFeatures(auto).resumes;
}
