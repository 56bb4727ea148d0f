import type { DecodingFeatures, Device, EngineId } from '../../core/engine/engine.ts';
import type { ModelFormat } from '../../core/engine/record.ts';

/** What an engine can do. */
export interface EngineFeatures extends DecodingFeatures {
  /** A log-probability for every token of a text. */
  score: boolean;
  /** Exact token counts. */
  tokenize: boolean;
}

/** An engine as a person sees it. */
export interface EngineInfo {
  id: EngineId;
  name: string;
  /** One sentence: what it runs, where. */
  summary: string;
  devices: Device[];
  features: EngineFeatures;
}

/** What each engine can do. docs/reference/engines.md holds the same table with the reasons. */
export const ENGINES: Record<EngineId, EngineInfo> = {
  transformers: {
    id: 'transformers',
    name: 'transformers.js',
    summary: 'ONNX models on WebGPU, or on Wasm where there is none.',
    devices: ['webgpu', 'wasm', 'cpu'],
    features: { score: true, tokenize: true, seed: true, topK: true },
  },
  wllama: {
    id: 'wllama',
    name: 'wllama',
    summary: 'GGUF models with llama.cpp: on WebGPU where the graphics card computes in half precision, else on Wasm.',
    devices: ['wasm', 'webgpu'],
    features: { score: true, tokenize: true, seed: true, topK: true },
  },
  webllm: {
    id: 'webllm',
    name: 'WebLLM',
    summary: 'Models in MLC format on WebGPU.',
    devices: ['webgpu'],
    features: { score: false, tokenize: false, seed: true, topK: false },
  },
  openai: {
    id: 'openai',
    name: 'Endpoint',
    summary: 'Any server that speaks the OpenAI interface, such as vLLM, llama.cpp or Ollama.',
    devices: ['remote'],
    features: { score: true, tokenize: false, seed: true, topK: true },
  },
};

/** Which engine runs a format on a device; `auto` is the choice where the person made none. */
export const ENGINE_FOR: Record<ModelFormat, Partial<Record<'auto' | 'webgpu' | 'wasm', EngineId>>> = {
  onnx: { auto: 'transformers', webgpu: 'transformers', wasm: 'wllama' },
  gguf: { auto: 'wllama', webgpu: 'wllama', wasm: 'wllama' },
  mlc: { auto: 'webllm', webgpu: 'webllm' },
  endpoint: { auto: 'openai', webgpu: 'openai', wasm: 'openai' },
};
