import { basename } from 'node:path';
import type { LoadedModel } from '../core/engine/engine.ts';
import { LabError } from '../core/error.ts';
import { normaliseBaseUrl } from '../engines/openai/endpoint.ts';
import { EndpointModel } from '../engines/openai/openai.ts';
import { loadFolderModel } from './folder-model.ts';
import { chooseModel } from './model-choice.ts';

/** How a judge is named on the command line. */
export interface JudgeChoice {
  model?: string | undefined;
  endpoint?: string | undefined;
  name?: string | undefined;
}

/** A chosen judge. */
export interface ChosenJudge {
  /** The name of the model at its server, or of its folder. */
  name: string;
  /** Address of its server; null on this machine. */
  baseUrl: string | null;
  open(signal: AbortSignal): Promise<LoadedModel>;
}

/** @throws {LabError} `bad-config` for an endpoint without the name of its model, and as `chooseModel` does. */
export function chooseJudge({ model: given, endpoint, name }: JudgeChoice): ChosenJudge {
  if (endpoint === undefined) {
    const model = chooseModel(given).name;
    return { name: basename(model), baseUrl: null, open: (signal) => loadFolderModel(model, { signal }) };
  }
  if (!name)
    throw new LabError({
      code: 'bad-config',
      what: '--name is missing.',
      todo: 'An endpoint needs the name of its model.',
    });
  const baseUrl = normaliseBaseUrl(endpoint);
  const apiKey = process.env['SOLACE_API_KEY'];
  return {
    name,
    baseUrl,
    open: () =>
      Promise.resolve(new EndpointModel({ baseUrl, model: name, modelId: name, contextWindow: null, apiKey })),
  };
}
