import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterRecord } from '../../core/engine/record.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';
import { adapterToGguf, adapterToPeft, combinedAdapter } from '../../core/training/merge/index.ts';
import { openExportedFiles } from '../../engines/exported-files.ts';
import { adapterPaths, openParts } from './adapter-parts.ts';

/**
 * A record's adapters as the files of one: a GGUF of 8 bits for llama.cpp, or PEFT's folder in single precision.
 * @returns the files by name.
 */
export async function saveAdapter(
  record: AdapterRecord,
  { base, adapter }: { base: ModelFiles; adapter: ModelFiles },
  format: 'gguf' | 'peft',
  options: LoadOptions,
): Promise<Map<string, Blob>> {
  const { signal, onProgress } = options;
  await adapter.ensure(adapterPaths(adapter), options);
  const parts = await openParts(record, adapter);
  const checkpoint = await openExportedFiles(base, { ...options, weights: false });
  const whole = combinedAdapter(record.name, parts);
  const folder = memoryFolder();
  const common = {
    template: record.template ?? undefined,
    signal,
    onProgress: (done: number, total: number) =>
      onProgress?.({ stage: 'Writing the adapter', loadedBytes: done, totalBytes: total }),
  };
  if (format === 'peft') {
    await adapterToPeft(whole, folder, { ...common, base: checkpoint, baseName: record.base.id, type: 'F32' });
  } else {
    const file = await folder.create(`${record.id.replace(/^.*\+/, '')}.gguf`);
    await adapterToGguf(whole, file, {
      ...common,
      config: checkpoint.config,
      type: 'Q8_0',
      name: record.name,
      base: record.base.id,
    });
    await file.close();
  }
  return new Map(folder.files);
}
