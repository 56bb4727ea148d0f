import { card, type CardSection } from '../../formats/export/card.ts';
import { formatMegabytes } from '../../units.ts';
import { ADAPTER_GGUF, type AdapterManifest } from './manifest.ts';

/** The README of an adapter: what it changes, how it was made, and its licence. */
export function adapterCard(
  manifest: AdapterManifest,
  notes: readonly string[],
  sections: readonly CardSection[] = [],
): string {
  const { name, base, rank, alpha, scaling, targets, dtype, licence, files } = manifest;
  const bytes = files.find(({ path }) => path === ADAPTER_GGUF)?.bytes ?? 0;
  return card({
    title: name,
    rows: [
      ['Base model', base.id],
      ['Adapter', `LoRA of rank ${rank}, alpha ${alpha} (scaling ${scaling}), on ${targets.join(', ')}`],
      ['Data', `${manifest.dataset}${manifest.representation ? `; utterances as ${manifest.representation}` : ''}`],
      ['Format', `GGUF, dtype \`${dtype}\`, ${formatMegabytes(bytes)}`],
      ['Licence', licence],
    ],
    sections: [
      { title: 'What it is for', points: [manifest.summary] },
      ...sections,
      { title: 'How it was made', points: notes },
    ],
    use: [
      `llama.cpp loads the file next to a GGUF of the base: \`llama-cli -m base.gguf --lora ${ADAPTER_GGUF}\`.`,
      "For PEFT, the lab's trainer turns it into a folder:",
      `\`export --in <base> --adapter ${ADAPTER_GGUF} --format peft --dtype F32 --out <folder>\`.`,
      '`manifest.json` lists every file with its size and SHA-256, and the weight files of the base with theirs.',
    ].join('\n'),
  });
}
