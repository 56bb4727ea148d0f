import type { ChatMessage } from '../../core/context/message.ts';
import { RpcWorker, type WorkerLike } from '../../rpc/worker.ts';
import type {
  LoadedInfo,
  LoadedModel,
  LoadOptions,
  ModelScorer,
  ModelTokenizer,
  ReplyRequest,
  StreamEvent,
} from '../../core/engine/engine.ts';
import { needsRestart, unloadedModel } from '../../core/engine/faults.ts';
import type { EngineApi, LoadedInWorker, LoadRequest } from '../../../workers/engine/api.ts';

/**
 * A model in its own worker. When the worker or its device is lost, the current call rejects, the worker is ended,
 * and the next call loads the model again in a fresh one. Unloading ends the worker, which is the only reliable
 * way to release all memory of a Wasm runtime.
 */
export class WorkerModel implements LoadedModel {
  info: LoadedInfo;
  readonly tokenizer: ModelTokenizer | undefined;
  readonly scorer: ModelScorer | undefined;
  #worker: RpcWorker<EngineApi>;
  #request: LoadRequest;
  #reload: Promise<void> | undefined;
  #lost = false;
  #unloaded = false;

  private constructor(worker: RpcWorker<EngineApi>, request: LoadRequest, loaded: LoadedInWorker) {
    this.#worker = worker;
    this.#request = request;
    this.info = loaded.info;
    if (loaded.tokenizer)
      this.tokenizer = {
        renderPrompt: (messages) => this.#guard(() => worker.call('renderPrompt', messages)),
        countTokens: (texts, form = 'words') => this.#guard(() => worker.call('countTokens', { texts, form })),
      };
    if (loaded.scorer)
      this.scorer = {
        score: (text, signal, from = 0, top = 0) =>
          this.#guard(() => worker.call('score', { text, from, top }, signal ? { signal } : {})),
      };
    worker.onLost(() => (this.#lost = true));
  }

  /** Starts a worker and loads the model in it; when that fails, the worker is ended. */
  static async load(
    spawn: () => WorkerLike | Worker,
    request: LoadRequest,
    { onProgress, signal }: LoadOptions = {},
  ): Promise<WorkerModel> {
    const worker = new RpcWorker<EngineApi>('model', spawn);
    try {
      const loaded = await worker.call('load', request, {
        ...(onProgress ? { onEvent: onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
      return new WorkerModel(worker, request, loaded);
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  async *stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    await this.#ready();
    try {
      yield* this.#worker.stream('stream', { messages, decoding }, signal ? { signal } : {});
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async unload(): Promise<void> {
    this.#unloaded = true;
    this.#worker.terminate();
  }

  async #guard<Result>(run: () => Promise<Result>): Promise<Result> {
    await this.#ready();
    try {
      return await run();
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async #ready(): Promise<void> {
    if (this.#unloaded) throw unloadedModel(this.info.modelId);
    if (!this.#lost) return;
    this.#reload ??= this.#worker
      .call('load', this.#request)
      .then(({ info }) => {
        this.info = info;
        this.#lost = false;
      })
      .finally(() => (this.#reload = undefined));
    await this.#reload;
  }

  #fault(error: unknown): unknown {
    if (needsRestart(error) && !this.#unloaded) {
      this.#lost = true;
      this.#worker.terminate();
    }
    return error;
  }
}
