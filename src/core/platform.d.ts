/**
 * The globals that browsers, workers and Node share and `src/core` uses. This folder is compiled without their types,
 * so a global that is not declared here does not exist for it.
 */

declare class DOMException extends Error {
  constructor(message?: string, name?: string);
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

declare const AbortSignal: {
  any(signals: readonly AbortSignal[]): AbortSignal;
};

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare const performance: { now(): number };
declare const crypto: {
  /** Absent on pages that are not served securely. */
  randomUUID?(): string;
  getRandomValues<Numbers extends Uint8Array<ArrayBuffer>>(numbers: Numbers): Numbers;
};

declare function setTimeout(callback: () => void, milliseconds?: number): unknown;
declare function clearTimeout(timer: unknown): void;
/** In Node, and in browsers that emulate it. */
declare const setImmediate: ((callback: () => void) => unknown) | undefined;
declare function queueMicrotask(callback: () => void): void;
declare function atob(base64: string): string;
declare function btoa(binary: string): string;

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string;
}

type StreamRead<Chunk> = { done: false; value: Chunk } | { done: true; value: Chunk | undefined };

interface StreamReader<Chunk> {
  read(): Promise<StreamRead<Chunk>>;
  cancel(reason?: unknown): Promise<void>;
}

interface StreamController<Chunk> {
  enqueue(chunk: Chunk): void;
  close(): void;
}

declare class ReadableStream<Chunk> {
  constructor(source: {
    start?(controller: StreamController<Chunk>): void | Promise<void>;
    pull?(controller: StreamController<Chunk>): void | Promise<void>;
    cancel?(reason?: unknown): void | Promise<void>;
  });
  getReader(): StreamReader<Chunk>;
  pipeThrough<Out>(transform: TransformStream<Chunk, Out>): ReadableStream<Out>;
}

declare class TransformStream<In, Out> {
  constructor(transformer: { transform(chunk: In, controller: StreamController<Out>): void | Promise<void> });
  readonly readable: ReadableStream<Out>;
  readonly writable: { readonly accepts?: In };
}

declare class DecompressionStream extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  constructor(format: 'gzip' | 'deflate' | 'deflate-raw');
}

declare class CompressionStream extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  constructor(format: 'gzip' | 'deflate' | 'deflate-raw');
}

declare class Blob {
  constructor(parts: readonly (Uint8Array<ArrayBuffer> | string | Blob)[]);
  readonly size: number;
  slice(start?: number, end?: number): Blob;
  arrayBuffer(): Promise<ArrayBuffer>;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
}

/** Only for reading a stream as text. */
declare class Response {
  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>);
  text(): Promise<string>;
}

declare class URLSearchParams {
  constructor(text?: string);
  append(name: string, value: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  toString(): string;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

interface MessagePort {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

declare class MessageChannel {
  readonly port1: MessagePort;
  readonly port2: MessagePort;
}

declare namespace WebAssembly {
  interface Memory {
    /** In pages of 64 KiB. */
    grow(pages: number): number;
    readonly buffer: ArrayBuffer;
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  const Instance: new (module: object) => { readonly exports: Record<string, unknown> };
}
