/** Gibibytes of memory, as the device reports them, from which weights are widened. */
const ENOUGH_GIB = 8;
/** Widened weights take at most this much. */
const MOST_BYTES = 1e9;

/**
 * Whether this device has the memory for widened weights. Only some browsers say how much there is; elsewhere a mouse
 * or a trackpad as the main pointer is taken for a sign of a computer.
 */
export function hasRoomToWiden(): boolean {
  const reported = (navigator as { deviceMemory?: number }).deviceMemory;
  return reported === undefined ? matchMedia('(pointer: fine)').matches : reported >= ENOUGH_GIB;
}

/** Whether weights of this many bytes are not too many. */
export const isModest = (bytes: number): boolean => bytes <= MOST_BYTES;
