import inputs from '@observablehq/inputs/dist/index.css?inline';
import inspector from '@observablehq/notebook-kit/inspector.css?inline';
import { z } from 'zod';
import { escapeHtml } from '../../core/table/escape-html.ts';
import frame from '../../notebook/frame/frame.css?inline';
import tables from '../../notebook/frame/tables.css?inline';
import tokens from '../styles/tokens.css?inline';
import { inertHtml } from './inert.ts';

/** What the sandbox gives of each cell; it may have been written by anybody. */
const cellsSchema = z
  .array(
    z.object({
      mode: z.string().max(20),
      source: z.string().max(2_000_000),
      shown: z.boolean(),
      failed: z.boolean(),
      html: z.string().max(50_000_000),
    }),
  )
  .max(5000);

/** Nothing is loaded and nothing runs, whatever a cell's output holds. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-src 'none'";

const LAYOUT = `
body { max-width: 60rem; margin: 0 auto; padding: var(--space-5) var(--space-4); }
html { overflow: auto; }
section { margin-top: var(--space-4); }
.output { overflow-x: auto; }
details { margin-top: var(--space-1); }
details pre { padding: var(--space-2) var(--space-3); background: var(--paper-sunken); overflow-x: auto; }
footer { margin-top: var(--space-6); border-top: 1px solid var(--line); }
footer, details { font-size: var(--text-xs); color: var(--ink-soft); }
form[class*='-table'] { max-height: none !important; }
`;

export interface PageParts {
  title: string;
  /** What the sandbox answered: untrusted. */
  cells: unknown;
  /** The address of this lab, without what follows `#`. */
  lab: string;
  savedAt: Date;
  /** What the lab itself says, in its language. */
  words: { language: string; saved: (day: string) => string; code: string };
}

/**
 * A notebook with its outputs as one HTML file that shows the same without the lab: figures as SVG, tables as HTML,
 * code folded under each cell. Nothing in it runs.
 */
export function staticPage({ title, cells, lab, savedAt, words }: PageParts): string {
  const sections = cellsSchema.parse(cells).map(({ mode, source, shown, failed, html }) => {
    const isText = mode === 'md' || source.trim() === '';
    const code = isText ? '' : folded(source, shown, words);
    const output = inertHtml(html, lab);
    return `<section><div class="output"${failed ? ' data-failed' : ''}>${output}</div>${code}</section>`;
  });
  const heading = sections.some((section) => section.includes('<h1')) ? '' : `<h1>${escapeHtml(title)}</h1>`;
  const day = savedAt.toISOString().slice(0, 10);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${[tokens, inspector, inputs, frame, tables, LAYOUT].join('\n').replaceAll('</', '<\\/')}</style>
</head>
<body>
<main><div class="output">${heading}</div>
${sections.join('\n')}
</main>
<footer lang="${words.language}"><p>${escapeHtml(words.saved(day))}</p></footer>
</body>
</html>
`;
}

/** Source code under a summary, unfolded if it was visible. */
function folded(source: string, shown: boolean, { language, code: label }: PageParts['words']): string {
  const code = `<pre><code>${escapeHtml(source)}</code></pre>`;
  return `<details${shown ? ' open' : ''}><summary lang="${language}">${escapeHtml(label)}</summary>${code}</details>`;
}
