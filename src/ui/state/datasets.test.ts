import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import type { DatasetStatistics, DatasetSummary, Dialogue, DialogueRow } from '../../lab/index.ts';
import { OpenDataset, type DatasetReader } from './dataset.svelte.ts';
import { Datasets, type DatasetShelf } from './datasets.svelte.ts';
import { deferred, fakeToasts, settled, type Deferred } from './testing/fakes.ts';

const summaryOf = (id: string, more: Partial<DatasetSummary> = {}) =>
  ({ id, name: `${id}.jsonl.gz`, dialogues: 3, badCount: 0, builtIn: false, kept: true, ...more }) as DatasetSummary;

describe('the datasets', () => {
  const setUp = (shelf: Partial<DatasetShelf> = {}) => {
    const toasts = fakeToasts();
    const saved: unknown[] = [];
    const calls: unknown[] = [];
    const refuse = (): Promise<never> => Promise.reject(new Error('not expected'));
    const datasets = new Datasets({
      shelf: {
        listDatasets: () => Promise.resolve([summaryOf('built-in')]),
        importFiles: refuse,
        importUrl: refuse,
        removeDataset: (id) => (calls.push(id), Promise.resolve()),
        exportDataset: (id, query) => (calls.push([id, query]), Promise.resolve(new Blob(['{}']))),
        ...shelf,
      },
      toasts,
      saveFile: (...file) => void saved.push(file),
    });
    return { datasets, toasts, saved, calls };
  };

  it('are listed, or an error says why not', async () => {
    const { datasets } = setUp();
    expect(datasets.list).toBeNull();
    await datasets.refresh();
    expect(datasets.list?.map(({ id }) => id)).toEqual(['built-in']);
    const failing = setUp({ listDatasets: () => Promise.reject(new Error('closed')) }).datasets;
    await failing.refresh();
    expect(failing.list).toBeNull();
    expect(failing.error?.message).toContain('The datasets could not be listed (closed).');
  });

  it('gain what is imported, with a note of what was left out', async () => {
    const importing = deferred<DatasetSummary>();
    let report: ((progress: { bytes: number; totalBytes: number }) => void) | undefined;
    const { datasets, toasts } = setUp({
      importFiles: (_files, { onProgress }) => ((report = onProgress), importing.promise),
    });
    const adding = datasets.files([new File([], 'mine.csv')]);
    expect(datasets.adding).toEqual({ name: 'mine.csv', progress: null });
    report?.({ bytes: 1, totalBytes: 2 });
    expect(datasets.adding?.progress).toEqual({ bytes: 1, totalBytes: 2 });
    expect(await datasets.files([new File([], 'second.csv')])).toBeNull();
    const summary = summaryOf('mine', { badCount: 1 });
    importing.resolve(summary);
    expect(await adding).toBe(summary);
    expect(toasts.texts()).toEqual(['3 dialogues imported, 1 record left out.']);
    expect([datasets.adding, datasets.addError]).toEqual([null, null]);
  });

  it('name several files by their number', () => {
    const { datasets } = setUp({ importFiles: () => new Promise(() => undefined) });
    void datasets.files([new File([], 'a'), new File([], 'b')]);
    expect(datasets.adding?.name).toBe('2 files');
  });

  it('show why an import failed, but not that it was cancelled', async () => {
    const { datasets } = setUp({
      importUrl: (url, { signal }) =>
        url.endsWith('broken')
          ? Promise.reject(new Error('no JSON'))
          : new Promise((_, reject) => signal?.addEventListener('abort', () => reject(LabError.cancelled()))),
    });
    expect(await datasets.address('https://host/broken')).toBeNull();
    expect(datasets.addError?.message).toContain('The dataset could not be imported (no JSON).');
    const adding = datasets.address('https://host/slow');
    datasets.cancel();
    expect(await adding).toBeNull();
    expect([datasets.adding, datasets.addError]).toEqual([null, null]);
  });

  it('lose what is removed, and keep what cannot be removed, with an error', async () => {
    const { datasets, calls } = setUp();
    expect(await datasets.remove('mine')).toBe(true);
    expect(calls).toEqual(['mine']);
    const failing = setUp({ removeDataset: () => Promise.reject(new Error('locked')) }).datasets;
    expect(await failing.remove('mine')).toBe(false);
    expect(failing.error?.message).toContain('The dataset could not be removed (locked).');
  });

  it('are exported under their name', async () => {
    const { datasets, saved, calls } = setUp();
    await datasets.export(summaryOf('mine'), { words: 'exam' });
    expect(calls).toEqual([['mine', { words: 'exam' }]]);
    expect(saved).toEqual([['mine.jsonl', expect.any(Blob), 'application/jsonl']]);
  });
});

describe('the dataset that is open', () => {
  const statisticsOf = (dialogues: number) => ({ dialogues }) as DatasetStatistics;
  const row = (id: string): DialogueRow => ({ id, opening: id, utterances: 2 });
  const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(`d${from + i}`));

  const setUp = (reader: Partial<DatasetReader> = {}) => {
    const asked: unknown[] = [];
    const dataset = new OpenDataset({
      datasetSummary: (id) => Promise.resolve(summaryOf(id)),
      datasetStatistics: (id, query) => (
        asked.push(['count', id, query]),
        Promise.resolve(statisticsOf(query ? 7 : 60))
      ),
      browseDataset: (id, query, { offset = 0, limit }) => {
        asked.push(['browse', id, query, offset]);
        return Promise.resolve({ rows: rows(offset, Math.min(60, offset + limit)), total: 60 });
      },
      getDialogue: (_id, dialogue) => Promise.resolve({ id: dialogue, utterances: [] } as unknown as Dialogue),
      ...reader,
    });
    return { dataset, asked };
  };

  it('shows its first rows and statistics, and is opened once', async () => {
    const { dataset, asked } = setUp();
    await dataset.open('a');
    await dataset.open('a');
    expect(dataset).toMatchObject({
      summary: { id: 'a' },
      total: 60,
      whole: { dialogues: 60 },
      filtered: { dialogues: 60 },
    });
    expect(dataset.rows).toHaveLength(50);
    expect(asked).toHaveLength(2);
  });

  it('is the last one opened, whichever is read first', async () => {
    const slow = deferred<DatasetSummary>();
    const { dataset } = setUp({
      datasetSummary: (id) => (id === 'slow' ? slow.promise : Promise.resolve(summaryOf(id))),
    });
    void dataset.open('slow');
    await dataset.open('fast');
    slow.resolve(summaryOf('slow'));
    await settled();
    expect(dataset.summary?.id).toBe('fast');
  });

  it('does not show an error of a dataset that was left', async () => {
    const slow = deferred<DatasetSummary>();
    const { dataset } = setUp({
      datasetSummary: (id) => (id === 'slow' ? slow.promise : Promise.resolve(summaryOf(id))),
    });
    void dataset.open('slow');
    await dataset.open('fast');
    slow.reject(new Error('gone'));
    await settled();
    expect(dataset.error).toBeNull();
  });

  it('says why it could not be opened', async () => {
    const { dataset } = setUp({ datasetSummary: () => Promise.reject(new Error('gone')) });
    await dataset.open('a');
    expect(dataset.error?.message).toContain('The dataset could not be read (gone).');
    expect(dataset.summary).toBeNull();
  });

  it('filters by the fields that are not blank, and clears the filter', async () => {
    const { dataset, asked } = setUp();
    await dataset.open('a');
    dataset.filter.words = 'exam';
    dataset.filter.scene = '  ';
    await dataset.search();
    expect(asked.at(-1)).toEqual(['browse', 'a', { words: 'exam' }, 0]);
    expect(dataset.filtered).toBeNull();
    await dataset.count();
    await dataset.count();
    expect(asked.slice(-2)).toEqual([
      ['browse', 'a', { words: 'exam' }, 0],
      ['count', 'a', { words: 'exam' }],
    ]);
    expect(dataset.filtered).toEqual({ dialogues: 7 });
    await dataset.clearFilter();
    expect(asked.at(-1)).toEqual(['browse', 'a', {}, 0]);
  });

  it('discards the rows and counts of an earlier filter', async () => {
    const pages = new Map<string, Deferred<{ rows: DialogueRow[]; total: number }>>();
    const counting = deferred<DatasetStatistics>();
    const { dataset } = setUp({
      browseDataset: (_id, { words }) => {
        if (!words) return Promise.resolve({ rows: rows(0, 50), total: 60 });
        const page = deferred<{ rows: DialogueRow[]; total: number }>();
        pages.set(words, page);
        return page.promise;
      },
      datasetStatistics: (_id, query) => (query ? counting.promise : Promise.resolve(statisticsOf(60))),
    });
    await dataset.open('a');
    dataset.filter.words = 'one';
    void dataset.search();
    void dataset.count();
    dataset.filter.words = 'two';
    void dataset.search();
    pages.get('two')?.resolve({ rows: [row('two')], total: 1 });
    await settled();
    pages.get('one')?.resolve({ rows: [row('one')], total: 1 });
    counting.resolve(statisticsOf(1));
    await settled();
    expect(dataset.rows).toEqual([row('two')]);
    expect(dataset.filtered).toBeNull();
  });

  it('adds the next rows once, however often they are requested', async () => {
    const { dataset } = setUp();
    await dataset.open('a');
    await Promise.all([dataset.more(), dataset.more()]);
    expect(dataset.rows.map(({ id }) => id)).toEqual(rows(0, 60).map(({ id }) => id));
  });

  it('shows the last dialogue requested, or none', async () => {
    const slow = deferred<Dialogue | undefined>();
    const { dataset } = setUp({
      getDialogue: (_id, dialogue) =>
        dialogue === 'slow' ? slow.promise : Promise.resolve({ id: dialogue } as unknown as Dialogue),
    });
    await dataset.open('a');
    void dataset.read('a', 'slow');
    await dataset.read('a', 'fast');
    slow.reject(new Error('gone'));
    await settled();
    expect([dataset.dialogue?.id, dataset.error]).toEqual(['fast', null]);
    await dataset.read('a', null);
    expect(dataset.dialogue).toBeNull();
  });

  it('says why a dialogue could not be read', async () => {
    const { dataset } = setUp({ getDialogue: () => Promise.reject(new Error('gone')) });
    await dataset.open('a');
    await dataset.read('a', 'd1');
    expect(dataset.error?.message).toContain('The dataset could not be read (gone).');
  });

  it('requests nothing while none is open', async () => {
    const { dataset, asked } = setUp();
    await dataset.search();
    await dataset.more();
    await dataset.count();
    expect(asked).toEqual([]);
  });
});
