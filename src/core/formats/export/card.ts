import { formatMegabytes } from '../../units.ts';
import type { ModelManifest } from '../manifest.ts';

/** A heading and its bullet points. */
export interface CardSection {
  title: string;
  points: readonly string[];
}

/** The README of an exported model: its source, how it was made, and its licence. */
export function modelCard(
  manifest: ModelManifest,
  notes: readonly string[],
  sections: readonly CardSection[] = [],
): string {
  const size = formatMegabytes(manifest.files.reduce((sum, file) => sum + file.bytes, 0));
  const autoClass = manifest.architecture === 'bert' ? 'AutoModel' : 'AutoModelForCausalLM';
  return card({
    title: manifest.name,
    rows: [
      ['Origin', manifest.source],
      ['Architecture', `${manifest.architecture}, ${(manifest.parameters / 1e6).toFixed(1)} million parameters`],
      ['Context window', `${manifest.contextWindow} tokens`],
      ['Format', `${manifest.fileFormat}, dtype \`${manifest.dtype}\`, ${size}`],
      ['Licence', manifest.licence],
    ],
    sections: [...sections, { title: 'How it was made', points: notes }],
    use:
      `The folder loads in transformers.js as it is: ` +
      `\`${autoClass}.from_pretrained(folder, { dtype: '${manifest.dtype}' })\`.\n` +
      '`manifest.json` lists every file with its size and SHA-256.',
  });
}

export interface CardParts {
  title: string;
  /** The table at the top. */
  rows: readonly (readonly [name: string, value: string])[];
  sections: readonly CardSection[];
  /** How the files are used. */
  use: string;
}

/** A README in Markdown. */
export function card({ title, rows, sections, use }: CardParts): string {
  return `# ${title}

| | |
| --- | --- |
${rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}

${sections.map(sectionText).join('\n')}
## Use

${use}
`;
}

const sectionText = ({ title, points }: CardSection): string =>
  `## ${title}\n\n${points.map((point) => `- ${point}`).join('\n')}\n`;

/** The value of a row in the table of a card; undefined if it has none. */
export function cardRow(text: string, name: string): string | undefined {
  const start = `| ${name} | `;
  const line = text.split(/\r?\n/).find((one) => one.startsWith(start));
  return line?.slice(start.length).replace(/\s*\|\s*$/, '');
}

/** The points of a section of a card; none if it lacks the section. */
export function cardPoints(text: string, title: string): string[] {
  const lines = text.split(/\r?\n/);
  const after = lines.slice(lines.indexOf(`## ${title}`) + 1);
  if (after.length === lines.length) return [];
  const next = after.findIndex((line) => line.startsWith('## '));
  return after.slice(0, next < 0 ? undefined : next).flatMap((line) => (line.startsWith('- ') ? [line.slice(2)] : []));
}
