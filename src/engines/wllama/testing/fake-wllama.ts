interface Logger {
  log(...words: unknown[]): void;
  error(...words: unknown[]): void;
}

interface Settings {
  logger: Logger;
  cacheManager: object;
}

/** A chunk of a streamed completion, as llama.cpp's server sends it. */
interface Chunk {
  choices: object[];
  usage?: object;
}

interface Request {
  max_tokens: number;
  stream: boolean;
  onData?: (chunk: Chunk) => void;
}

/** Stands in for wllama's class: it records what it is asked, and logs and fails as it is told. */
export class FakeWllama {
  readonly paths: object;
  readonly settings: Settings | undefined;
  /** What it logs while it loads. */
  logs: readonly string[] = [];
  /** What it logs as errors whenever it does something. */
  errors: readonly string[] = [];
  /** With which it then fails. */
  fault: Error | undefined;
  compat: unknown = 'default';
  loaded: [parts: Blob[], settings: Record<string, unknown>][] = [];
  asked: object[] = [];
  exits = 0;

  constructor(paths: object, settings?: Settings) {
    this.paths = paths;
    this.settings = settings;
  }

  setCompat(compat: unknown): void {
    this.compat = compat;
  }

  async loadModel(parts: Blob[], settings: Record<string, unknown>): Promise<void> {
    this.loaded.push([parts, settings]);
    for (const line of this.logs) this.settings?.logger.log(line);
    this.#failIfTold();
  }

  async createCompletion({ onData, ...request }: Request): Promise<object | undefined> {
    this.asked.push({ kind: 'completion', ...request });
    this.#failIfTold();
    if (!request.stream) return { choices: [{ text: '', logprobs: { content: [{ logprob: -0.5 }] } }] };
    this.#say(request.max_tokens, (text) => ({ text }), onData);
    return undefined;
  }

  async createChatCompletion({ onData, ...request }: Request): Promise<void> {
    this.asked.push({ kind: 'chat', ...request });
    this.#failIfTold();
    this.#say(request.max_tokens, (content) => ({ delta: { content } }), onData);
  }

  mustAddBosToken = (): boolean => true;

  getBOS(): number {
    return 256;
  }

  async exit(): Promise<void> {
    this.exits++;
  }

  #say(count: number, choice: (text: string) => object, onData: Request['onData']): void {
    for (let i = 0; i < count; i++) onData?.({ choices: [choice(String.fromCharCode(97 + i))] });
    const end = { ...choice(''), finish_reason: 'length' };
    onData?.({ choices: [end], usage: { prompt_tokens: 5, completion_tokens: count } });
  }

  #failIfTold(): void {
    for (const line of this.errors) this.settings?.logger.error(line);
    if (this.fault) throw this.fault;
  }
}
