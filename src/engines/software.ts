import type { EngineId } from '../core/engine/engine.ts';
import type { Software } from '../core/evaluation/provenance.ts';

/** What this page was built from; vite.config.ts puts it here. */
declare const __SOFTWARE__: Software;

/** Version, commit and packages of this build of the lab. */
export const softwareHere = (): Software => __SOFTWARE__;

/** The package that computes for each engine in the page; null for a server. */
export const ENGINE_PACKAGES: Record<EngineId, string | null> = {
  transformers: 'onnxruntime-web',
  wllama: '@wllama/wllama',
  webllm: '@mlc-ai/web-llm',
  openai: null,
};

/** Package and version that compute for an engine, e.g. `@wllama/wllama 3.8.1`. */
export function engineVersion(engine: EngineId, { packages }: Software = softwareHere()): string {
  const name = ENGINE_PACKAGES[engine];
  return name === null ? 'a server' : `${name} ${packages[name] ?? 'of an unknown version'}`;
}
