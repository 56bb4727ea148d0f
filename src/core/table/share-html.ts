import { escapeHtml } from './escape-html.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import type { ResultRecord } from '../evaluation/record.ts';
import { MEASURES } from './measures.ts';
import { limitsText, type RunSummary } from './summary.ts';

/**
 * A run as one self-contained HTML file without scripts: table, tests in sentences, plan; with `records` also the
 * replies. Content of datasets and replies is escaped as text.
 */
export function shareHtml(plan: EvaluationPlan, summary: RunSummary, records: readonly ResultRecord[] = []): string {
  const measures = MEASURES.filter(({ name }) => summary.cells.some(({ metrics }) => metrics[name]));
  const names = new Map(plan.models.map(({ id, name }) => [id, name]));
  const head = ['Model', 'Representation', ...measures.map(({ label }) => label)]
    .map((text) => `<th>${escapeHtml(text)}</th>`)
    .join('');
  const rows = summary.cells.map(({ model, representation, metrics }) => {
    const values = measures.map(({ name, digits }) => {
      const found = metrics[name];
      return found
        ? `<td>${found.value.toFixed(digits)}<small>${limitsText(found, digits, ' to ') ?? '–'}</small></td>`
        : '<td>–</td>';
    });
    const heads = [names.get(model) ?? model, representation].map((name) => `<th>${escapeHtml(name)}</th>`);
    return `<tr>${[...heads, ...values].join('')}</tr>`;
  });
  const answers = records.map(
    (record) =>
      `<details><summary>${escapeHtml(
        `${names.get(record.model) ?? record.model}, ${record.representation}, ${record.dialogue}, turn ` +
          `${record.turn}`,
      )}</summary><p><b>Reference</b> ` +
      `${escapeHtml(record.reference)}</p><p><b>Answer</b> ` +
      `${escapeHtml(record.hypothesis ?? record.error ?? 'none requested')}</p></details>`,
  );
  const notes = [summary.judge, summary.taskTalk].flatMap((note) => (note ? `\n<p>${escapeHtml(note.words)}</p>` : []));
  const origin = summary.provenance
    ? `<h2>Provenance</h2>\n<pre>${escapeHtml(JSON.stringify(summary.provenance, null, 2))}</pre>\n`
    : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(plan.name)}</title>
<style>
body {
  max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  font: 16px/1.5 system-ui, sans-serif; color: #25211b; background: #fbf8f2
}
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td {
  padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd;
  text-align: left; vertical-align: top; white-space: nowrap
}
small { display: block; color: #6f6658 }
p, pre { white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>${escapeHtml(plan.name)}</h1>
<p>${escapeHtml(
    `${plan.dataset.name}: ${summary.dialogues} dialogues, ${summary.turns} turns, ${summary.records} ` +
      `records${summary.failed ? `, ${summary.failed} of them failed` : ''}. ` +
      `${summary.finished ? '' : 'The run is not finished. '}${summary.machine}.`,
  )}</p>
<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
<p>Below each value its 95 % interval over dialogues (bootstrap; jackknife for distinct-n).</p>${notes.join('')}
<ul>${summary.tests.map(({ words }) => `<li>${escapeHtml(words)}</li>`).join('\n')}</ul>
${answers.length > 0 ? `<h2>Answers</h2>\n${answers.join('\n')}` : ''}
${origin}<h2>Plan</h2>
<pre>${escapeHtml(JSON.stringify(plan, null, 2))}</pre>
</html>
`;
}
