import { card, type CardSection } from '../../formats/export/card.ts';
import { formatMegabytes } from '../../units.ts';
import { ADAPTER_GGUF, type AdapterManifest } from './manifest.ts';
import { dataRow } from './provenance.ts';

/** Rows and sections of a card that the next export reads again. */
export const LICENCE_ROW = 'Licence';
export const DATA_ROW = 'Data';
export const TRAINING_SECTION = 'What it was trained on';
export const MAKING_SECTION = 'How it was made';

const GGUF_USE = [
  `llama.cpp loads the file next to a GGUF of the base: \`llama-cli -m base.gguf --lora ${ADAPTER_GGUF}\`.`,
  "For PEFT, the lab's trainer turns it into a folder:",
  `\`export --in <base> --adapter ${ADAPTER_GGUF} --format peft --dtype F32 --out <folder>\`.`,
  '`manifest.json` lists every file with its size and SHA-256, and the weight files of the base with theirs.',
].join('\n');

/** How PEFT's folder is used. */
export const PEFT_USE = [
  'PEFT loads the folder over the base model: `PeftModel.from_pretrained(model, folder)`.',
  "The lab's trainer takes it with `--adapter`, and the page when its files are dropped there.",
].join('\n');

/** The README of an adapter: what it changes, how it was made, and its licence. */
export function adapterCard(
  manifest: AdapterManifest,
  notes: readonly string[],
  sections: readonly CardSection[] = [],
  format: 'gguf' | 'peft' = 'gguf',
): string {
  const { name, base, rank, alpha, scaling, targets, dtype, licence, files } = manifest;
  const size = formatMegabytes(files.find(({ path }) => path === ADAPTER_GGUF)?.bytes ?? 0);
  return card({
    title: name,
    rows: [
      ['Base model', base.id],
      ['Adapter', `LoRA of rank ${rank}, alpha ${alpha} (scaling ${scaling}), on ${targets.join(', ')}`],
      [DATA_ROW, dataRow(manifest)],
      ['Format', format === 'peft' ? `PEFT, dtype \`${dtype}\`` : `GGUF, dtype \`${dtype}\`, ${size}`],
      [LICENCE_ROW, licence],
    ],
    sections: [
      { title: 'What it is for', points: [manifest.summary] },
      ...sections,
      { title: MAKING_SECTION, points: notes },
    ],
    use: format === 'peft' ? PEFT_USE : GGUF_USE,
  });
}
