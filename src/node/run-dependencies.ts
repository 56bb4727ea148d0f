import { basename } from 'node:path';
import type { Dialogue } from '../core/dataset/dialogue.ts';
import { EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../core/engine/embedded.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { EndpointModel } from '../engines/openai/openai.ts';
import { normaliseBaseUrl } from '../engines/openai/endpoint.ts';
import { LabError } from '../core/error.ts';
import type { EvaluationPlan, PlanModel } from '../core/evaluation/plan.ts';
import type { RunDependencies } from '../core/evaluation/runner.ts';
import { modelProvenance } from '../core/evaluation/provenance.ts';
import { checkWeights } from '../core/evaluation/weights.ts';
import { partOf } from '../core/training/split.ts';
import { compress, planTools, type Metrics } from '../lab/index.ts';
import { locateDataset, readHashedDataset } from './dataset-file.ts';
import { nodeEmbedder } from './encoder-node.ts';
import { keyForPlan, type TrustedHosts } from './endpoint-key.ts';
import { loadFolderModel } from './folder-model.ts';
import { chooseModel, modelWeights, tokenizerHash } from './model-choice.ts';
import { softwareOf } from './software.ts';

/** Local paths of what a plan names in another way. */
export interface Places {
  /** Folders by the ids of the plan's models. */
  folders: ReadonlyMap<string, string>;
  threads?: number | undefined;
  /** Hosts of endpoints that may receive the key from the environment. */
  endpointHosts?: TrustedHosts | undefined;
}

/**
 * The dialogues of a plan.
 * @throws {LabError} `missing-file`, `hash-mismatch` when it is a different file, `bad-data`.
 */
export async function readPlanDataset({ dataset, sampling }: EvaluationPlan, override?: string): Promise<Dialogue[]> {
  const source = locateDataset(dataset.source);
  const path = override ?? source.path;
  // The plan's name for the file, wherever it is: with the first way of sampling it is part of the dialogues' ids.
  const naming = sampling === 1 ? 'location' : 'number';
  const { sha256, read } = await readHashedDataset(
    path,
    { what: 'The dataset cannot be read', todo: 'Give its path with --dataset.' },
    { name: basename(source.path), naming },
  );
  if (dataset.sha256 !== undefined && dataset.sha256 !== sha256) {
    throw new LabError({
      code: 'hash-mismatch',
      where: path,
      what: "It is not the plan's dataset: its SHA-256 differs.",
      todo: 'Use the file that the plan was made with.',
    });
  }
  const { dialogues, badCount } = await read();
  if (badCount > 0) process.stderr.write(`${badCount} malformed dialogues are left out.\n`);
  return source.part ? partOf(dialogues, source.part) : dialogues;
}

/** The id of a model that comes with the lab. */
function embeddedId({ id }: PlanModel): string | undefined {
  return [EMBEDDED_MODEL, ...EMBEDDED_ADAPTERS].some((each) => each.id === id) ? id : undefined;
}

/** What running a plan in Node needs. */
export function nodeRunParts(
  plan: EvaluationPlan,
  places: Places,
  metrics: Metrics,
): Pick<RunDependencies, 'plan' | 'openModel' | 'compress' | 'openHistory' | 'measure' | 'provenanceOf'> {
  return {
    plan,
    openModel: (model, signal) => openModel(model, places, signal),
    provenanceOf: async (model, info) => {
      const folder = folderOf(model, places);
      const chosen = folder === undefined ? undefined : chooseModel(folder);
      return modelProvenance(softwareOf([RUNTIME]), info, chosen ? RUNTIME : null, {
        weights: (chosen && (await modelWeights(chosen))) ?? null,
        tokenizer: chosen ? await tokenizerHash(chosen) : null,
      });
    },
    ...planTools(plan, { compress, measure: metrics.measure, embedder: nodeEmbedder() }),
  };
}

/** The package that computes in Node. */
const RUNTIME = 'onnxruntime-node';

/** The folder or name of a model on this machine; undefined for one behind an endpoint, or only in a browser. */
function folderOf(model: PlanModel, { folders }: Places): string | undefined {
  if (model.kind === 'endpoint') return undefined;
  // Plans of the page name the models that come with the lab by their ids.
  return folders.get(model.id) ?? (model.kind === 'folder' ? model.folder : embeddedId(model));
}

async function openModel(model: PlanModel, places: Places, signal?: AbortSignal): Promise<LoadedModel> {
  const { threads, endpointHosts = [] } = places;
  const given = folderOf(model, places);
  if (model.kind !== 'endpoint' && given !== undefined) {
    if (model.weights) checkWeights(model.name, model.weights, await modelWeights(chooseModel(given)));
    return loadFolderModel(given, {
      template: model.kind === 'folder' ? model.template : 'own',
      ...(threads !== undefined && { threads }),
      ...(signal && { signal }),
    });
  }
  if (model.kind === 'endpoint') {
    const baseUrl = normaliseBaseUrl(model.baseUrl);
    const apiKey = keyForPlan(baseUrl, endpointHosts, process.env, (line) => void process.stderr.write(`${line}\n`));
    return new EndpointModel({ baseUrl, model: model.model, modelId: model.id, contextWindow: null, apiKey });
  }
  throw new LabError({
    code: 'unsupported',
    where: model.name,
    what: 'This model exists only in a browser.',
    todo: 'Give its folder as a model of kind "folder", or run the plan in the page.',
  });
}
