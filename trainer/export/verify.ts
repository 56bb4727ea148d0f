import type { Checkpoint } from '../../src/model/checkpoint/checkpoint.ts';

export async function verifyExport(_source: Checkpoint, _folder: string, _print: (line: string) => void, _signal?: AbortSignal): Promise<void> {
  throw new Error('not yet');
}
