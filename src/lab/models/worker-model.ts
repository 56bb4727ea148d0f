import type { ChatMessage } from '../../core/context/message.ts';
import { LabError } from '../../core/error.ts';
import { RpcWorker, type WorkerLike } from '../../rpc/worker.ts';
import type {
  Decoding,
  LoadedInfo,
  LoadedModel,
  LoadOptions,
  StreamEvent,
  TextForm,
  TokenScore,
} from '../../core/engine/engine.ts';
import { needsRestart } from '../../core/engine/faults.ts';
import type { EngineApi, LoadRequest } from '../../../workers/engine/api.ts';

/**
 * A model in a worker of its own. When the worker or its device is lost, the call at hand rejects, the worker is ended,
 * and the next call loads the model again in a fresh one. Unloading ends the worker, which is the only way to be sure
 * that all memory of a Wasm runtime is given back.
 */
export class WorkerModel implements LoadedModel {
  info: LoadedInfo;
  #worker: RpcWorker<EngineApi>;
  #request: LoadRequest;
  #reload: Promise<void> | undefined;
  #lost = false;
  #unloaded = false;

  private constructor(worker: RpcWorker<EngineApi>, request: LoadRequest, info: LoadedInfo) {
    this.#worker = worker;
    this.#request = request;
    this.info = info;
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
      const info = await worker.call('load', request, {
        ...(onProgress ? { onEvent: onProgress } : {}),
        ...(signal ? { signal } : {}),
      });
      return new WorkerModel(worker, request, info);
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  async renderPrompt(messages: ChatMessage[]): Promise<string> {
    return this.#guard(() => this.#worker.call('renderPrompt', messages));
  }

  async countTokens(texts: string[], form: TextForm = 'words'): Promise<number[]> {
    return this.#guard(() => this.#worker.call('countTokens', { texts, form }));
  }

  async *stream(messages: ChatMessage[], decoding: Decoding, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    await this.#ready();
    try {
      yield* this.#worker.stream('stream', { messages, decoding }, signal ? { signal } : {});
    } catch (error) {
      throw this.#fault(error);
    }
  }

  async score(text: string, signal?: AbortSignal, from = 0): Promise<TokenScore[]> {
    return this.#guard(() => this.#worker.call('score', { text, from }, signal ? { signal } : {}));
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
    if (this.#unloaded)
      throw new LabError({
        code: 'unsupported',
        where: this.info.modelId,
        what: 'The model was unloaded.',
        todo: 'Load it again.',
      });
    if (!this.#lost) return;
    this.#reload ??= this.#worker
      .call('load', this.#request)
      .then((info) => {
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
