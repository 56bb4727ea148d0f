import { LabError } from '../../core/error.ts';
import { formatBytes } from '../../core/units.ts';

/** Gibibytes of memory, as the device reports them, from which weights are widened. */
const ENOUGH_GIB = 8;
/** Widened weights take at most this much. */
const MOST_BYTES = 1e9;

/**
 * Whether this device has the memory for widened weights. Only some browsers say how much there is; elsewhere a mouse or
 * a trackpad is taken for a sign of a computer.
 */
export function hasRoomToWiden(): boolean {
  const reported = (navigator as { deviceMemory?: number }).deviceMemory;
  return reported === undefined ? matchMedia('(any-pointer: fine)').matches : reported >= ENOUGH_GIB;
}

/** Whether weights of this many bytes are not too many. */
export const isModest = (bytes: number): boolean => bytes <= MOST_BYTES;

/** @throws {LabError} `unsupported` with both numbers when widened weights take too much memory. */
export function requireModest(modelId: string, bytes: number): void {
  if (isModest(bytes)) return;
  throw new LabError({
    code: 'unsupported',
    where: modelId,
    what: `Its weights would take ${formatBytes(bytes)} as 32-bit floats; at most ${formatBytes(MOST_BYTES)} are used.`,
    todo: 'Use llama.cpp on the processor.',
  });
}
