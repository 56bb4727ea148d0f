import { BUFFER_USAGE } from '../transformers/gpu-buffer.ts';

/** Does a compute shader's work on the bytes of its bindings, in the order of their numbers, for groups in x and y. */
export type Kernel = (bindings: readonly Uint8Array<ArrayBuffer>[], groups: number, rows: number) => void;

/** The part of a copy or a binding that names a buffer. */
interface Binding {
  binding: number;
  resource: { buffer: MemoryBuffer };
}

/** A buffer that stores its bytes and refuses what WebGPU refuses. */
class MemoryBuffer {
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #usage: number;
  readonly #memory: GpuMemory;
  #mapped = false;

  constructor(memory: GpuMemory, { size, usage }: { size: number; usage: number }) {
    this.#memory = memory;
    this.#usage = usage;
    this.size = size;
    this.bytes = new Uint8Array(size);
    memory.live.add(this);
  }

  /** A range for this use, in units of four bytes. */
  range(use: keyof typeof BUFFER_USAGE, from: number, length: number): Uint8Array<ArrayBuffer> {
    if (!this.#memory.live.has(this)) throw new Error('The buffer was destroyed.');
    if ((this.#usage & BUFFER_USAGE[use]) === 0) throw new Error(`The buffer was not made for ${use}.`);
    if (this.#mapped) throw new Error('The buffer is mapped.');
    if (from % 4 !== 0 || length % 4 !== 0) throw new Error(`${length} bytes from ${from} are no units of 4 bytes.`);
    if (from < 0 || from + length > this.size)
      throw new Error(`${length} bytes from ${from} do not lie in a buffer of ${this.size}.`);
    return this.bytes.subarray(from, from + length);
  }

  async mapAsync(_mode: number, from: number, length: number): Promise<void> {
    this.range('mapRead', from, length);
    this.#memory.bytesRead += length;
    this.#mapped = true;
  }

  getMappedRange(from: number, length: number): ArrayBuffer {
    if (!this.#mapped) throw new Error('The buffer is not mapped.');
    return this.bytes.slice(from, from + length).buffer;
  }

  unmap(): void {
    this.#mapped = false;
  }

  destroy(): void {
    this.#memory.live.delete(this);
  }
}

/** The encoder of WebGPU: what it is told happens when it is submitted. */
class MemoryEncoder {
  readonly #kernel: Kernel;
  readonly #commands: (() => void)[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  copyBufferToBuffer(source: MemoryBuffer, from: number, target: MemoryBuffer, to: number, length: number): void {
    this.#commands.push(() =>
      target.range('copyTarget', to, length).set(source.range('copySource', from, length).slice()),
    );
  }

  beginComputePass() {
    let bound: Binding[] = [];
    return {
      setPipeline: () => undefined,
      setBindGroup: (_index: number, group: Binding[]) => void (bound = group),
      dispatchWorkgroups: (groups: number, rows = 1) => {
        const bindings = [...bound].sort((a, b) => a.binding - b.binding).map(({ resource }) => resource.buffer);
        this.#commands.push(() =>
          this.#kernel(
            bindings.map(({ bytes }) => bytes),
            groups,
            rows,
          ),
        );
      },
      end: () => undefined,
    };
  }

  finish(): () => void {
    return () => this.#commands.forEach((run) => run());
  }
}

/**
 * A graphics device that stores bytes in main memory and computes with a function, so that what code keeps there can be
 * tested in Node. Shaders themselves run only in browser tests.
 */
export class GpuMemory {
  /** The buffers that are not destroyed. */
  readonly live = new Set<MemoryBuffer>();
  /** Bytes that were read back into main memory. */
  bytesRead = 0;
  readonly device: GPUDevice;

  constructor(kernel: Kernel = () => undefined) {
    const device = {
      lost: new Promise(() => undefined),
      addEventListener: () => undefined,
      createBuffer: (about: { size: number; usage: number }) => new MemoryBuffer(this, about),
      createShaderModule: () => ({}),
      createComputePipeline: () => ({ getBindGroupLayout: () => ({}) }),
      createBindGroup: ({ entries }: { entries: Binding[] }) => entries,
      createCommandEncoder: () => new MemoryEncoder(kernel),
      queue: {
        writeBuffer: (buffer: MemoryBuffer, from: number, data: ArrayBufferView | ArrayBuffer) =>
          buffer.range('copyTarget', from, data.byteLength).set(bytesOf(data)),
        submit: (commands: (() => void)[]) => commands.forEach((run) => run()),
      },
    };
    this.device = device as unknown as GPUDevice;
  }

  /** Sizes of the buffers that are not destroyed, in bytes, ascending. */
  get sizes(): number[] {
    return Array.from(this.live, ({ size }) => size).sort((a, b) => a - b);
  }
}

const bytesOf = (data: ArrayBufferView | ArrayBuffer): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);

/** The bytes of a buffer of a `GpuMemory`. */
export const bytesIn = (buffer: GPUBuffer): Uint8Array<ArrayBuffer> => (buffer as unknown as MemoryBuffer).bytes;
