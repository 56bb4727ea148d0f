/** Frees memory at once if the browser can; otherwise the garbage collector does, some time. */
export function freeNow(buffer: ArrayBufferLike & { transfer?: (length: number) => ArrayBuffer }): void {
  buffer.transfer?.(0);
}
