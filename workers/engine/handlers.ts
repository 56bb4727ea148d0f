import { LabError } from '../../src/core/error.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import type { EngineId, LoadedModel, LoadOptions } from '../../src/core/engine/engine.ts';
import { sparingly } from '../../src/core/engine/progress.ts';
import type { EngineApi, LoadRequest } from './api.ts';

/** Loads a model with one engine. */
export type EngineLoader = (request: LoadRequest, options: LoadOptions) => Promise<LoadedModel>;

/** The handlers of a worker for one model at a time, loaded by the requested engine. */
export function engineHandlers(loaders: Record<EngineId, EngineLoader>): Handlers<EngineApi> {
  let model: LoadedModel | undefined;
  const loaded = (): LoadedModel => model ?? absent('No model is loaded in this worker.');
  const tokenizer = () => loaded().tokenizer ?? absent('The model has no tokenizer here.');
  const scorer = () => loaded().scorer ?? absent('The model cannot score.');
  return {
    async load(request, { emit, signal }) {
      await model?.unload();
      model = undefined;
      model = await loaders[request.choice.engine](request, { onProgress: sparingly(emit), signal });
      const notes = [request.choice.note, model.info.note].filter(Boolean);
      const report = request.choice.report ?? model.info.report;
      const info = { ...model.info, ...(notes.length > 0 && { note: notes.join(' ') }), ...(report && { report }) };
      return { info, tokenizer: model.tokenizer !== undefined, scorer: model.scorer !== undefined };
    },
    renderPrompt: (messages) => tokenizer().renderPrompt(messages),
    countTokens: ({ texts, form }) => tokenizer().countTokens(texts, form),
    async stream({ messages, decoding }, { emit, signal }) {
      for await (const event of loaded().stream(messages, decoding, signal)) emit(event);
      return null;
    },
    score: ({ text, from, top }, { signal }) => scorer().score(text, signal, from, top),
    async unload() {
      await model?.unload();
      model = undefined;
      return null;
    },
  };
}

/** The page only uses capabilities that `load` reported, so this is a bug of the lab. */
function absent(what: string): never {
  throw new LabError({ code: 'unsupported', what, todo: 'Load the model again.' });
}
