import type { LoadOptions } from '../../core/engine/engine.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import type { AdapterRecord } from '../../core/engine/record.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';
import { card } from '../../core/formats/export/card.ts';
import { writeFile } from '../../core/formats/export/sink.ts';
import { LICENCE_ROW, MAKING_SECTION, PEFT_USE } from '../../core/training/merge/card.ts';
import { type Adapter, adapterToGguf, adapterToPeft, combinedAdapter } from '../../core/training/merge/index.ts';
import { openExportedFiles } from '../../engines/exported-files.ts';
import { adapterPaths, openParts } from './adapter-parts.ts';
import { sourceLine } from './ingest-adapter.ts';

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
    await writeFile(folder, 'README.md', cardOf(record, whole));
  } else {
    const file = await folder.create(`${record.id.replace(/^.*\+/, '')}.gguf`);
    await adapterToGguf(whole, file, {
      ...common,
      config: checkpoint.config,
      type: 'Q8_0',
      name: record.name,
      base: record.base.id,
      licence: record.licence,
    });
    await file.close();
  }
  return new Map(folder.files);
}

/** The card of PEFT's folder. A GGUF states the licence in its metadata. */
function cardOf(record: AdapterRecord, { settings }: Adapter): string {
  const parts = record.parts.map(({ name, weight }) => `${weight} × ${name}`).join(' + ');
  return card({
    title: record.name,
    rows: [
      ['Base model', record.base.id],
      ['Adapter', `LoRA of rank ${settings.rank}`],
      [LICENCE_ROW, record.licence ?? 'not stated'],
    ],
    sections: [
      { title: 'What it is for', points: [record.summary] },
      {
        title: MAKING_SECTION,
        points: [
          ...(record.sources ?? [sourceLine(record)]).map((line) => `Source ${line}`),
          `Its change is ${parts}.`,
        ],
      },
    ],
    use: PEFT_USE,
  });
}
