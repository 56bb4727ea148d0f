import type { LoadedInfo, EngineId } from '../../core/engine/engine.ts';
import { modelProvenance, type ModelProvenance, type Software } from '../../core/evaluation/provenance.ts';
import type { PlanModel } from '../../core/evaluation/plan.ts';
import { modelHashes } from '../models/list.ts';

/** What this page was built from; vite.config.ts puts it here. */
declare const __SOFTWARE__: Software;

/** The package that computes for each engine in the page; null for a server. */
const PACKAGES: Record<EngineId, string | null> = {
  transformers: 'onnxruntime-web',
  wllama: '@wllama/wllama',
  webllm: '@mlc-ai/web-llm',
  openai: null,
};

/** The provenance of what a model of this browser computes. */
export async function provenanceInPage({ id }: PlanModel, info: LoadedInfo): Promise<ModelProvenance> {
  return modelProvenance(__SOFTWARE__, info, PACKAGES[info.engine], await modelHashes(id));
}
