import { compiledAhead, compileHere } from '../fetch-ahead.ts';
import { ortFiles, type OrtPlace } from '../ort.ts';

/**
 * ONNX Runtime's Wasm module. Its JavaScript interface copies every tensor into the heap and out again, for each token
 * the whole KV cache; the module's own functions take addresses in the heap.
 */
export interface OrtHeap {
  HEAPU8: Uint8Array;
  getValue(address: number, type: '*' | 'i32'): number;
  setValue(address: number, value: number, type: '*' | 'i32'): void;
  UTF8ToString(address: number): string;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, address: number, bytes: number): void;
  /** Gives the session a file of weights; only these two members of it are used. */
  mountExternalData(path: string, file: ExternalFile): void;
  unmountExternalData(): void;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _OrtInit(threads: number, logLevel: number): number;
  _OrtGetLastError(code: number, message: number): number;
  _OrtCreateSessionOptions(
    optimisation: number,
    arena: boolean,
    pattern: boolean,
    mode: number,
    profiling: boolean,
    profile: number,
    logId: number,
    logLevel: number,
    logVerbosity: number,
    optimised: number,
  ): number;
  _OrtAddSessionConfigEntry(options: number, key: number, value: number): number;
  _OrtReleaseSessionOptions(options: number): number;
  _OrtCreateSession(graph: number, bytes: number, options: number): number | Promise<number>;
  _OrtReleaseSession(session: number): number;
  _OrtCreateTensor(type: number, data: number, bytes: number, dims: number, rank: number, location: number): number;
  _OrtGetTensorData(tensor: number, type: number, data: number, dims: number, rank: number): number;
  _OrtReleaseTensor(tensor: number): number;
  _OrtFree(address: number): number;
  _OrtRun(
    session: number,
    inputNames: number,
    inputs: number,
    inputCount: number,
    outputNames: number,
    outputCount: number,
    outputs: number,
    options: number,
  ): number | Promise<number>;
}

/** A file that is made while it is read. */
export interface ExternalFile {
  readonly byteLength: number;
  subarray(from: number, to: number): Uint8Array;
}

/** Codes of `DataLocation` and of element types in ONNX Runtime. */
export const ON_CPU = 1;
export const FLOAT32 = 1;
export const INT32 = 6;
export const INT64 = 7;

const WARNINGS = 2;
const ERRORS = 3;
/** The graph has the operators that optimisation would put there; to look for more takes time at each load. */
const NO_OPTIMISATION = 0;

/** What Emscripten's module is started with: https://emscripten.org/docs/api_reference/module.html. */
interface StartSettings {
  numThreads: number;
  locateFile: () => string;
  instantiateWasm?: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => object;
}

/**
 * Starts ONNX Runtime's module in this worker.
 * @throws {LabError} `cancelled` while its code is on its way.
 */
export async function openOrtHeap({ ortBase, threads }: OrtPlace, signal?: AbortSignal): Promise<OrtHeap> {
  const { mjs, wasm } = ortFiles('wasm', ortBase);
  const ahead = compiledAhead(wasm, signal);
  const { default: start } = (await import(/* @vite-ignore */ mjs)) as {
    default: (settings: StartSettings) => Promise<OrtHeap>;
  };
  const settings: StartSettings = { numThreads: threads, locateFile: () => wasm };
  const heap = await (ahead ? startWith(ahead, wasm, start, settings, signal) : start(settings));
  check(heap, heap._OrtInit(threads, WARNINGS), 'start');
  return heap;
}

/**
 * Starts the module with code that is being compiled. A second start would leave the threads and the memory of the
 * first, so code that could not be compiled while it arrived (a server may give it another type) is compiled here.
 */
function startWith(
  ahead: Promise<WebAssembly.Module>,
  wasm: string,
  start: (settings: StartSettings) => Promise<OrtHeap>,
  settings: StartSettings,
  signal: AbortSignal | undefined,
): Promise<OrtHeap> {
  return new Promise((resolve, reject) => {
    const instantiateWasm: StartSettings['instantiateWasm'] = (imports, receive) => {
      ahead
        .catch(() => compileHere(wasm, signal))
        .then(async (module) => receive(await WebAssembly.instantiate(module, imports), module))
        // The module would wait for ever.
        .catch(reject);
      return {};
    };
    start({ ...settings, instantiateWasm }).then(resolve, reject);
  });
}

/**
 * Opens a graph whose weights are in `file`. Weights stay as they are given (no prepacking), so that there is one copy
 * of them.
 */
export async function openHeapSession(
  heap: OrtHeap,
  graph: Uint8Array,
  location: string,
  file: ExternalFile,
): Promise<number> {
  const address = allocate(heap, graph.length);
  const key = text(heap, 'session.disable_prepacking');
  const value = text(heap, '1');
  const options = heap._OrtCreateSessionOptions(NO_OPTIMISATION, false, false, 0, false, 0, 0, ERRORS, 0, 0);
  check(heap, options === 0 ? 1 : 0, 'set options');
  try {
    check(heap, heap._OrtAddSessionConfigEntry(options, key, value), 'set options');
    bytes(heap).set(graph, address);
    heap.mountExternalData(location, file);
    const session = await heap._OrtCreateSession(address, graph.length, options);
    check(heap, session === 0 ? 1 : 0, 'open the graph');
    return session;
  } finally {
    heap.unmountExternalData();
    for (const each of [key, value, address]) heap._free(each);
    heap._OrtReleaseSessionOptions(options);
  }
}

/** The heap as it is now: it moves when it grows. */
export function bytes(heap: OrtHeap): Uint8Array {
  // Reading a value makes the module renew its views.
  heap.getValue(0, 'i32');
  return heap.HEAPU8;
}

/** @throws {Error} when the heap cannot grow; see `runtimeFault`. */
export function allocate(heap: OrtHeap, size: number): number {
  const address = heap._malloc(size);
  if (address === 0) throw new Error(`out of memory: the Wasm heap has no room for ${size} more bytes`);
  return address;
}

/** A C string in the heap. */
export function text(heap: OrtHeap, value: string): number {
  const size = heap.lengthBytesUTF8(value) + 1;
  const address = allocate(heap, size);
  heap.stringToUTF8(value, address, size);
  return address;
}

/** 32-bit integers or addresses in the heap. */
export function integers(heap: OrtHeap, values: readonly number[]): number {
  const address = allocate(heap, 4 * Math.max(1, values.length));
  values.forEach((value, i) => heap.setValue(address + 4 * i, value, 'i32'));
  return address;
}

/** @throws {Error} with ONNX Runtime's own message when `code` is not 0; see `runtimeFault`. */
export function check(heap: OrtHeap, code: number, what: string): void {
  if (code === 0) return;
  const place = heap._malloc(8);
  heap._OrtGetLastError(place, place + 4);
  const message = heap.getValue(place + 4, '*');
  const why = message === 0 ? 'no reason was given' : heap.UTF8ToString(message);
  heap._free(place);
  throw new Error(`ONNX Runtime could not ${what}: ${why}`);
}
