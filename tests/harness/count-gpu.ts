/** Calls of WebGPU by one engine, and bytes that cross between main memory and the device. */
export interface GpuCounts {
  passes: number;
  dispatches: number;
  submits: number;
  /** Buffers mapped for reading, each a wait for the device. */
  reads: number;
  bytesRead: number;
  bytesWritten: number;
}

/** What `countGpu` leaves in the global scope of a page or worker. */
export interface CountedScope {
  gpuCounts: GpuCounts;
  /** Milliseconds so far during which at least one buffer was waited for. */
  gpuWaitMs: () => number;
}

/**
 * Counts the WebGPU calls of this page or worker from now on. It is also sent to workers as text, so it uses nothing of
 * this module.
 */
export function countGpu(): void {
  const scope = globalThis as unknown as Partial<CountedScope>;
  const types = globalThis as unknown as Record<string, { prototype: object } | undefined>;
  if (scope.gpuCounts || !types['GPUQueue']) return;
  const counts = { passes: 0, dispatches: 0, submits: 0, reads: 0, bytesRead: 0, bytesWritten: 0 };
  const [MAP_READ, wait] = [1, { pending: 0, since: 0, total: 0 }];
  type Method = (...given: unknown[]) => unknown;
  const count = (type: string, name: string, add: (given: unknown[], self: unknown, result: unknown) => void) => {
    const prototype = types[type]?.prototype as Record<string, Method>;
    const original = prototype[name] as Method;
    prototype[name] = function (this: unknown, ...given: unknown[]) {
      const result = original.apply(this, given);
      add(given, this, result);
      return result;
    };
  };
  count('GPUCommandEncoder', 'beginComputePass', () => counts.passes++);
  count('GPUComputePassEncoder', 'dispatchWorkgroups', () => counts.dispatches++);
  count('GPUComputePassEncoder', 'dispatchWorkgroupsIndirect', () => counts.dispatches++);
  count('GPUQueue', 'submit', () => counts.submits++);
  count('GPUQueue', 'writeBuffer', ([, , data, from = 0, size]) => {
    const { byteLength, BYTES_PER_ELEMENT: unit = 1 } = data as { byteLength: number; BYTES_PER_ELEMENT?: number };
    counts.bytesWritten += size === undefined ? byteLength - (from as number) * unit : (size as number) * unit;
  });
  count('GPUBuffer', 'mapAsync', ([mode, from = 0, size], buffer, mapped) => {
    if (!((mode as number) & MAP_READ)) return;
    counts.reads++;
    counts.bytesRead += (size as number | undefined) ?? (buffer as { size: number }).size - (from as number);
    if (wait.pending++ === 0) wait.since = performance.now();
    const end = (): void => {
      if (--wait.pending === 0) wait.total += performance.now() - wait.since;
    };
    (mapped as Promise<unknown>).then(end, end);
  });
  scope.gpuCounts = counts;
  scope.gpuWaitMs = () => wait.total + (wait.pending > 0 ? performance.now() - wait.since : 0);
}

/** New tokens of the two replies whose difference is divided. */
export const FEW_TOKENS = 2;

/**
 * What one token of a reply costs, exactly: two replies to the same message, the prompt of both cached, differ only in
 * `tokens`, their difference in length.
 */
export function perToken<Name extends string>(
  few: Record<Name, number>,
  more: Record<Name, number>,
  tokens: number,
): Record<Name, number> {
  const names = Object.keys(few) as Name[];
  return Object.fromEntries(names.map((name) => [name, (more[name] - few[name]) / tokens])) as Record<Name, number>;
}
