import { expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { readAddress } from '../../core/explorer/address.ts';
import { explored } from '../../core/explorer/explored-record.ts';
import type { PageRow, Selection } from '../../core/explorer/explorer.ts';
import { madeUpPlan, madeUpRecord } from '../../core/explorer/testing/made-up-run.ts';
import type { ExploredRun } from '../../lab/index.ts';
import { BLOCK, RunExplorer, type ExplorerService } from './run-explorer.svelte.ts';

const TOTAL = 250;
const runOf = (id: string): ExploredRun => ({
  id,
  plan: madeUpPlan(),
  records: TOTAL,
  failed: 0,
  withheld: false,
  judges: [],
  measures: ['perplexity', 'rougeL', 'chrf2'],
  dialogues: [],
  samples: [],
  scenes: [],
  strategies: [],
  dataset: null,
});
const rowOf = (i: number): PageRow => ({
  model: 'base',
  representation: 'raw',
  dialogue: `dialogue ${i}`,
  turn: 1,
  withheld: false,
  failed: false,
  scene: null,
  strategies: [],
  excerpt: '',
  error: null,
  values: [],
  other: null,
  difference: null,
});

function setUp(changes: Partial<ExplorerService> = {}) {
  const asked: string[] = [];
  const pages: { selection: Selection; columns: readonly string[]; offset: number }[] = [];
  const refuse = (): Promise<never> => Promise.reject(new Error('not expected'));
  let hash = '';
  const explorer = new RunExplorer({
    service: {
      exploreRun: (id) => (asked.push(`open ${id}`), Promise.resolve(runOf(id))),
      exploredPage: (selection, columns, { offset, limit }) => {
        pages.push({ selection, columns, offset });
        const rows = Array.from({ length: Math.min(limit, TOTAL - offset) }, (_, i) => rowOf(offset + i));
        return Promise.resolve({ replies: TOTAL, turns: 7, totals: [], rows });
      },
      exploredTurn: (_, { dialogue, turn }) =>
        Promise.resolve({
          reference: '',
          scene: null,
          strategies: [],
          replies: ['raw', 'keypos'].map((representation) => ({
            record: explored(madeUpRecord({ dialogue, turn, representation })),
            judgings: [],
          })),
          others: [],
          position: 1,
          turns: 7,
          previous: null,
          next: null,
        }),
      exploredDistribution: refuse,
      exploredScatter: (_, x, y) => (asked.push(`scatter ${x} ${y}`), Promise.resolve({ x, y, groups: [] })),
      exploredSlices: refuse,
      exportExplored: refuse,
      contextOfReply: (_, { representation }) =>
        Promise.resolve({ state: 'missing', reason: 'failed', why: representation }),
      ...changes,
    },
    navigate: (run, query, replace) => (hash = `${replace ? 'replace' : 'go'} ${run}?${query}`),
  });
  return { explorer, asked, pages, at: () => hash };
}

it('shows the first rows of a run, and reads others when they are needed, each block once', async () => {
  const { explorer, pages } = setUp();
  await explorer.arrive('a', 'condition=raw');
  expect(explorer.found).toEqual({ replies: TOTAL, turns: 7, totals: [] });
  expect(explorer.rowAt(3)?.dialogue).toBe('dialogue 3');
  expect(explorer.rowAt(BLOCK)).toBeUndefined();
  explorer.need(BLOCK - 5, BLOCK + 5);
  explorer.need(BLOCK, BLOCK + 20);
  await explorer.settled(BLOCK);
  expect(explorer.rowAt(BLOCK)?.dialogue).toBe(`dialogue ${BLOCK}`);
  expect(pages.map(({ offset }) => offset)).toEqual([0, BLOCK]);
  expect(pages[0]).toMatchObject({ selection: { query: { conditions: ['raw'] } }, columns: ['rougeL', 'perplexity'] });
});

it('writes every change into the address, which is the only state', async () => {
  const { explorer, at } = setUp();
  await explorer.arrive('a', 'dialogue=d&turn=1');
  explorer.filter({ words: 'low' }, true);
  expect(at()).toBe('replace a?words=low');
  explorer.sortBy('rougeL', true);
  expect(at()).toBe('go a?sort=-rougeL');
  expect(explorer.address).toEqual(readAddress('dialogue=d&turn=1'));
  await explorer.arrive('a', 'sort=-rougeL');
  explorer.sortBy('rougeL', true);
  expect(at()).toBe('go a?sort=rougeL');
  await explorer.arrive('a', 'sort=rougeL');
  explorer.sortBy('rougeL', true);
  expect(at()).toBe('go a?');
});

it('opens a turn with the context of its first reply, or of the one that the address names', async () => {
  const { explorer, pages } = setUp();
  await explorer.arrive('a', 'dialogue=d&turn=3');
  expect(explorer.turn?.replies[0]?.record).toMatchObject({ dialogue: 'd', turn: 3 });
  expect(explorer.context).toEqual({ state: 'missing', reason: 'failed', why: 'raw' });
  await explorer.arrive('a', 'dialogue=d&turn=3&context=keypos%7Ebase');
  expect(explorer.context).toEqual({ state: 'missing', reason: 'failed', why: 'keypos' });
  // The table is read when the turn is closed.
  expect(pages).toEqual([]);
  await explorer.arrive('a', '');
  expect([explorer.turn, explorer.context, explorer.found?.turns]).toEqual([null, null, 7]);
});

it('knows when a run has no such turn', async () => {
  const { explorer } = setUp({ exploredTurn: () => Promise.resolve(null) });
  await explorer.arrive('a', 'dialogue=d&turn=3');
  expect(explorer.turn).toBeUndefined();
});

it('compares with another run, whose absence leaves this one usable', async () => {
  const { explorer, pages, asked } = setUp({
    exploreRun: (id) =>
      id === 'gone'
        ? Promise.reject(new LabError({ code: 'not-found', what: 'This run does not exist.' }))
        : Promise.resolve(runOf(id)),
  });
  await explorer.arrive('a', 'with=b');
  expect(pages.at(-1)?.selection).toMatchObject({ run: 'a', other: 'b', compared: 'rougeL' });
  await explorer.arrive('a', 'with=gone');
  expect(explorer.error?.code).toBe('not-found');
  expect(pages.at(-1)?.selection.other).toBeNull();
  expect(explorer.found?.replies).toBe(TOTAL);
  expect(asked).toEqual([]);
});

it('draws figures of the usual measures, or of those that the address names', async () => {
  const { explorer, asked } = setUp();
  await explorer.arrive('a', 'view=scatter');
  await explorer.arrive('a', 'view=scatter&x=chrf2&y=unknown');
  expect(asked).toEqual(['open a', 'scatter rougeL perplexity', 'scatter chrf2 perplexity']);
  expect(explorer.figure).toMatchObject({ view: 'scatter', data: { x: 'chrf2' } });
});

it('forgets the replies of a run when another is opened, and reads a run again when asked to', async () => {
  const { explorer, asked, pages } = setUp();
  await explorer.arrive('a', '');
  await explorer.arrive('b', '');
  await explorer.arrive('a', '');
  expect(asked).toEqual(['open a', 'open b']);
  await explorer.reload();
  expect(asked).toEqual(['open a', 'open b', 'open a']);
  expect(pages.map(({ selection }) => selection.run)).toEqual(['a', 'b', 'a', 'a']);
});

it('shows why a run cannot be opened', async () => {
  const { explorer } = setUp({ exploreRun: () => Promise.reject(new Error('broken')) });
  await explorer.arrive('a', '');
  expect(explorer.run).toBeNull();
  expect(explorer.error?.message).toContain('could not be read');
  explorer.dismiss();
  expect(explorer.error).toBeNull();
});
