import type { ModelManifest } from '../manifest.ts';

/** The README of an exported model: where it comes from, how it was made, under which licence. */
export function modelCard(manifest: ModelManifest, notes: string[]): string {
  const megabytes = (manifest.files.reduce((sum, file) => sum + file.bytes, 0) / 1e6).toFixed(1);
  return `# ${manifest.name}

| | |
| --- | --- |
| Origin | ${manifest.source} |
| Architecture | ${manifest.architecture}, ${(manifest.parameters / 1e6).toFixed(1)} million parameters |
| Context window | ${manifest.contextWindow} tokens |
| Format | ${manifest.fileFormat}, dtype \`${manifest.dtype}\`, ${megabytes} MB |
| Licence | ${manifest.licence} |

## How it was made

${notes.map((note) => `- ${note}`).join('\n')}

## Use

The folder loads in transformers.js as it is: \`AutoModelForCausalLM.from_pretrained(folder, { dtype: '${manifest.dtype}' })\`.
\`manifest.json\` lists every file with its size and SHA-256.
`;
}
