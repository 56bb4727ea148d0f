import { RunStore } from '../../src/browser/storage/run-store.ts';
import { distributionOf } from '../../src/core/explorer/distribution.ts';
import { Explorer } from '../../src/core/explorer/explorer.ts';
import { exportRows } from '../../src/core/explorer/export.ts';
import { publishedRun, storedRun } from '../../src/core/explorer/open-run.ts';
import { countJudged } from '../../src/core/judge/rolled-dialogues.ts';
import { scatterOf } from '../../src/core/explorer/scatter.ts';
import { slicesOf } from '../../src/core/explorer/slices.ts';
import { mean } from '../../src/core/statistics/descriptive.ts';
import { recordsCsv } from '../../src/core/table/csv.ts';
import { parseRunFiles, writeRunFile } from '../../src/core/table/run-file.ts';
import { aggregate } from '../../src/core/table/aggregate.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import type { TableApi } from './api.ts';

/** Resamples of a slice's interval: there may be a hundred slices. */
const SLICE_RESAMPLES = 300;

/** The handlers of the table worker: thousands of records and resamples would stall the page. */
export function tableHandlers(): Handlers<TableApi> {
  const store = new RunStore();
  const explorer = new Explorer();
  return {
    aggregate: ({ plan, records, options }) => aggregate(plan, records, options),
    async summarise({ id, plan, options, judge }) {
      const [records, judges] = await Promise.all([store.records(id), store.judges(id)]);
      const chosen = judge ?? judges.sort((a, b) => b.begunAt - a.begunAt)[0]?.id;
      const found = judges.find((each) => each.id === chosen);
      const judging = found && { judge: found, verdicts: await store.verdicts(id, found.id) };
      return aggregate(plan, records, { ...options, judging });
    },
    async meanTime(models) {
      const times: number[] = [];
      for (const { run } of await store.list()) {
        if (!run.plan.models.some(({ id }) => models.includes(id))) continue;
        for (const { timing, model } of await store.records(run.id))
          if (timing && models.includes(model)) times.push(timing.totalMs);
      }
      return times.length === 0 ? null : mean(times);
    },
    async exportStored({ id, plan, total, form }) {
      const records = await store.records(id);
      if (form === 'csv') return recordsCsv(records);
      return writeRunFile(plan, total, records, await store.judges(id), await store.verdicts(id));
    },
    async importFiles({ files, id, createdAt }) {
      const texts = await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })));
      const { plan, total, records, judges = [], verdicts = [] } = parseRunFiles(texts);
      const run = { id, plan, total, createdAt };
      await store.create(run, records, { judges, verdicts });
      return run;
    },
    countJudged: async ({ id, plan }) => countJudged(plan, await store.records(id)),
    earlierReplies: ({ id, record }) => explorer.earlierReplies(id, record),
    async openStored({ id, plan }) {
      const [records, judges, verdicts] = await Promise.all([store.records(id), store.judges(id), store.verdicts(id)]);
      return explorer.open(id, storedRun(plan, records, judges, verdicts));
    },
    openPublished: ({ id, plan, texts }) => explorer.open(id, publishedRun(plan, texts, id)),
    label: ({ id, labels }) => explorer.label(id, labels),
    page: ({ selection, columns, offset, limit }) => explorer.page(selection, columns, { offset, limit }),
    turn: ({ selection, place }) => explorer.turn(selection, place) ?? null,
    distribution({ selection, measure }) {
      const { index, rows } = explorer.selected(selection);
      return distributionOf(index, rows, measure, selection.query.judge);
    },
    scatter({ selection, x, y }) {
      const { index, rows } = explorer.selected(selection);
      return scatterOf(index, rows, { x, y, judge: selection.query.judge });
    },
    slices({ selection, measure, by }) {
      const { index, rows } = explorer.selected(selection);
      return slicesOf(index, rows, measure, { by, judge: selection.query.judge, resamples: SLICE_RESAMPLES });
    },
    exportRows({ selection, form }) {
      const { index, rows } = explorer.selected(selection);
      return new Blob([exportRows(index, rows, form)], { type: form === 'csv' ? 'text/csv' : 'application/json' });
    },
  };
}
