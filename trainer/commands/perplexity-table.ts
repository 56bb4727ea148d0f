import { writeFile } from 'node:fs/promises';
import {
  changesMarkdown,
  perplexityCells,
  perplexityChanges,
  perplexityMarkdown,
} from '../../src/core/table/perplexity-table.ts';
import { defineCommand } from '../../src/node/command-options.ts';
import { refuseOverlap } from '../../src/node/output-path.ts';
import { measurePerplexities } from '../perplexity/measure.ts';
import { readPerplexityPlan } from '../perplexity/plan.ts';
import { progressLine } from './progress.ts';

/** Measures models × datasets × representations, dialogue by dialogue. */
export const perplexityTableCommand = defineCommand({
  summary: 'Measure the perplexity of several models on several datasets under each representation, with intervals.',
  options: {
    plan: { kind: 'text', value: 'FILE', required: true, about: 'A plan in YAML: base, template, datasets, models.' },
    out: {
      kind: 'text',
      value: 'FILE',
      required: true,
      about: "JSON lines with every dialogue's loss; an interrupted run resumes from them.",
    },
    table: { kind: 'text', value: 'FILE', otherwise: 'none', about: 'A Markdown file for the table, to overwrite.' },
    threads: { kind: 'count', otherwise: 'all cores', about: 'Threads of the forward pass.' },
  },
  examples: ['--plan perplexity.yaml --out sums.jsonl --table table.md'],
  async run({ plan: path, out, table, threads }, print, signal) {
    const plan = await readPerplexityPlan(path);
    const inputs = { '--plan': path, template: plan.template, base: plan.base };
    await refuseOverlap(out, inputs);
    if (table !== undefined) await refuseOverlap(table, { ...inputs, '--out': out });
    const rows = await measurePerplexities(plan, out, {
      onModel: (model, dialogues) => void process.stderr.write(`${model}: ${dialogues} dialogues\n`),
      onProgress: progressLine('Measuring'),
      threads,
      signal,
    });
    const than = Object.entries(plan.models).flatMap(([model, { than }]) =>
      than === undefined ? [] : [[model, than] as const],
    );
    const changes = perplexityChanges(rows, new Map(than));
    const text = [
      perplexityMarkdown(perplexityCells(rows)),
      ...(changes.length > 0 ? [changesMarkdown(changes)] : []),
    ].join('\n\n');
    if (table !== undefined) await writeFile(table, `${text}\n`);
    print(text);
  },
});
