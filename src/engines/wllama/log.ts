/** Where llama.cpp put a model. */
export interface Placement {
  device: 'webgpu' | 'wasm';
  /** Layers on the graphics device and in total; undefined if the log does not say. */
  layers?: { there: number; all: number };
}

/** Maximum number of lines kept for errors; a broken runtime may repeat one endlessly. */
const MOST_LINES = 200;

/**
 * Reads llama.cpp's log, the only place that tells which device has the weights: without a usable adapter wllama loads
 * them into main memory and reports success.
 */
export class LlamaLog {
  readonly #errors: string[] = [];
  readonly #gpuErrors: string[] = [];
  #onGpu = false;
  #layers: Placement['layers'];

  /** The logger for wllama's constructor. */
  readonly logger = {
    debug: (...words: unknown[]) => this.read(words),
    log: (...words: unknown[]) => this.read(words),
    warn: (...words: unknown[]) => this.read(words),
    error: (...words: unknown[]) => {
      if (this.#errors.length < MOST_LINES) this.#errors.push(words.map(String).join(' '));
      this.read(words);
    },
  };

  read(words: unknown[]): void {
    const [line] = words;
    if (typeof line !== 'string') return;
    if (/load_tensors:\s+WebGPU\S*\s+model buffer size/.test(line)) this.#onGpu = true;
    const [, there, all] = /offloaded (\d+)\/(\d+) layers to GPU/.exec(line) ?? [];
    if (there !== undefined && all !== undefined) this.#layers = { there: Number(there), all: Number(all) };
    if (/ggml_webgpu: .*(fail|lost|error|timed out|exhausted)/i.test(line) && this.#gpuErrors.length < MOST_LINES)
      this.#gpuErrors.push(line);
  }

  /** Lines of level "error". */
  get errors(): readonly string[] {
    return this.#errors;
  }

  placement(): Placement {
    if (!this.#onGpu) return { device: 'wasm' };
    return { device: 'webgpu', ...(this.#layers ? { layers: this.#layers } : {}) };
  }

  /** The last failure of the graphics device, as llama.cpp describes it. */
  gpuError(): string | undefined {
    return this.#gpuErrors
      .at(-1)
      ?.replace(/^.*?ggml_webgpu:\s*/, '')
      .trim()
      .replace(/\.$/, '');
  }
}
