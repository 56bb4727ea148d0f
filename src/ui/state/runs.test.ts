import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { planSchema } from '../../core/evaluation/plan.ts';
import type { RunEvent, RunState, RunSummary } from '../../lab/index.ts';
import { Runs, type RunService } from './runs.svelte.ts';
import { deferred, fakeToasts, settled, type Deferred } from './testing/fakes.ts';

const PLAN = planSchema.parse({
  format: 'solace-lab-plan',
  version: 1,
  name: 'First',
  dataset: { name: 'ESConv', source: 'built-in' },
  models: [{ kind: 'lab', id: 'm', name: 'M' }],
});
const stateOf = (id: string, done = 0): RunState => ({ run: { id, plan: PLAN, total: 6, createdAt: 0 }, done });
const summaryOf = (name: string) => ({ name }) as unknown as RunSummary;
const progress = (done: number) => ({ done, total: 6, remainingMs: 1000 });
const loading: RunEvent = { type: 'loading', model: 'm', progress: progress(2) };
const record = (done: number): RunEvent => ({ type: 'record', record: {} as never, progress: progress(done) });

type Calls = Parameters<RunService['startRun']>[1];

function setUp(service: Partial<RunService> = {}) {
  const started: { id: string; calls: Calls; end: Deferred }[] = [];
  const asked: unknown[] = [];
  const toasts = fakeToasts();
  let list = [stateOf('a', 2), stateOf('b')];
  let time = 0;
  const refuse = (): Promise<never> => Promise.reject(new Error('not expected'));
  const runs = new Runs({
    service: {
      listRuns: () => Promise.resolve(list),
      listCommittedRuns: () => Promise.resolve([]),
      createRun: refuse,
      estimateRun: (_plan, missing) => Promise.resolve(missing * 10),
      startRun: (id, calls) => {
        const end = deferred();
        started.push({ id, calls, end });
        calls.signal.addEventListener('abort', () => end.reject(LabError.cancelled()));
        return end.promise;
      },
      summariseRun: (id, options) => (asked.push([id, options]), Promise.resolve(summaryOf(id))),
      compareRuns: (ids) => Promise.resolve({ plan: PLAN, summary: summaryOf(ids.join('+')) }),
      exportRun: refuse,
      importRun: refuse,
      removeRun: refuse,
      ...service,
    },
    toasts,
    now: () => time,
  });
  return {
    runs,
    started,
    asked,
    toasts,
    setList: (next: RunState[]) => (list = next),
    pass: (milliseconds: number) => (time += milliseconds),
  };
}

describe('a run', () => {
  it('resumes, reports its progress, and ends with a table', async () => {
    const { runs, started, asked, setList } = setUp();
    await runs.refresh();
    const running = runs.start('a');
    expect(runs.running).toEqual({
      id: 'a',
      work: 'answering',
      stage: 'Getting ready',
      done: 2,
      total: 6,
      remainingMs: null,
    });
    started[0]?.calls.onEvent(loading);
    expect(runs.running).toMatchObject({ stage: 'Loading the model', done: 2 });
    started[0]?.calls.onEvent(record(3));
    expect(runs.running).toMatchObject({ stage: 'Answering', done: 3, remainingMs: 1000 });
    setList([stateOf('a', 6)]);
    started[0]?.end.resolve();
    await running;
    expect(runs).toMatchObject({ running: null, error: null, table: { of: 'a', plan: PLAN, summary: { name: 'a' } } });
    expect(runs.find('a')?.done).toBe(6);
    expect(asked).toEqual([['a', { judge: undefined }]]);
  });

  it('shows a table while it is in progress, though not with every record', async () => {
    const { runs, started, asked, pass } = setUp();
    await runs.refresh();
    void runs.start('a');
    pass(2000);
    started[0]?.calls.onEvent(record(3));
    pass(1000);
    started[0]?.calls.onEvent(record(4));
    pass(1000);
    started[0]?.calls.onEvent(loading);
    started[0]?.calls.onEvent(record(5));
    await settled();
    expect(asked).toEqual([
      ['a', { resamples: 100, judge: undefined }],
      ['a', { resamples: 100, judge: undefined }],
    ]);
  });

  it('does not start while another is in progress', async () => {
    const { runs, started } = setUp();
    await runs.refresh();
    void runs.start('a');
    await runs.start('b');
    expect(started.map(({ id }) => id)).toEqual(['a']);
    expect(runs.running?.id).toBe('a');
  });

  it('pauses without an error, and can be resumed', async () => {
    const { runs, started } = setUp();
    await runs.refresh();
    const running = runs.start('a');
    runs.pause();
    await running;
    expect(runs).toMatchObject({ running: null, error: null });
    void runs.start('a');
    expect(started).toHaveLength(2);
    expect(started[1]?.calls.signal.aborted).toBe(false);
  });

  it('shows why it stopped until it is restarted or dismissed', async () => {
    const { runs, started } = setUp();
    await runs.refresh();
    const running = runs.start('a');
    started[0]?.end.reject(new Error('boom'));
    await running;
    expect(runs.error?.message).toBe('The run stopped (boom).');
    runs.dismiss();
    expect(runs.error).toBeNull();
  });

  it('says that it is waiting for a server', async () => {
    const { runs, started } = setUp();
    const wait = { milliseconds: 1500, error: new LabError({ code: 'endpoint', what: 'The server is busy.' }) };
    runs.waiting(wait);
    expect(runs.running).toBeNull();
    void runs.start('a');
    started[0]?.calls.onWait(wait);
    await settled();
    expect(runs.running?.stage).toBe('Trying again in 2 s. The server is busy.');
  });

  it('lets the next start while the last table is still being computed', async () => {
    const table = deferred<RunSummary>();
    const { runs, started } = setUp({ summariseRun: () => table.promise });
    await runs.refresh();
    void runs.start('a');
    started[0]?.end.resolve();
    await settled();
    expect(runs).toMatchObject({ running: null, counting: 1 });
    void runs.start('b');
    expect(runs.running?.id).toBe('b');
    table.resolve(summaryOf('late'));
    await settled();
    expect(runs).toMatchObject({ counting: 0, table: { of: 'a' } });
  });
});

describe('the table', () => {
  it('is the last one requested, whichever arrives first', async () => {
    const tables = new Map<string, Deferred<RunSummary>>();
    const { runs } = setUp({
      summariseRun: (id) => {
        const table = deferred<RunSummary>();
        tables.set(id, table);
        return table.promise;
      },
    });
    await runs.refresh();
    void runs.show('a');
    void runs.show('b');
    tables.get('b')?.resolve(summaryOf('b'));
    await settled();
    tables.get('a')?.resolve(summaryOf('a'));
    await settled();
    expect(runs).toMatchObject({ table: { of: 'b', summary: { name: 'b' } }, counting: 0 });
  });

  it('keeps the chosen judge for this run only', async () => {
    const { runs, asked } = setUp();
    await runs.refresh();
    await runs.show('a', { judge: 'j' });
    await runs.show('a');
    await runs.show('b');
    expect(asked).toEqual([
      ['a', { judge: 'j' }],
      ['a', { judge: 'j' }],
      ['b', { judge: undefined }],
    ]);
  });

  it('compares runs side by side', async () => {
    const { runs } = setUp();
    await runs.compare(['a', 'b']);
    expect(runs.table).toMatchObject({ of: 'a,b', summary: { name: 'a+b' } });
  });

  it('shows why it could not be computed, and can be computed later', async () => {
    const { runs } = setUp({ compareRuns: () => Promise.reject(new Error('different data')) });
    await runs.compare(['a', 'b']);
    expect(runs.error?.message).toBe('The runs could not be compared (different data).');
    expect(runs).toMatchObject({ table: null, counting: 0 });
  });
});

describe('the list of runs', () => {
  it('is the newest, whichever read ends first', async () => {
    const first = deferred<RunState[]>();
    const second = deferred<RunState[]>();
    const readings = [first.promise, second.promise];
    const { runs } = setUp({ listRuns: () => readings.shift() ?? Promise.resolve([]) });
    expect(runs.loading).toBe(true);
    void runs.refresh();
    void runs.refresh();
    second.resolve([stateOf('new')]);
    await settled();
    first.resolve([stateOf('old')]);
    await settled();
    expect(runs.list.map(({ run }) => run.id)).toEqual(['new']);
    expect(runs.loading).toBe(false);
  });

  it('says that it could not be read', async () => {
    const { runs } = setUp({ listRuns: () => Promise.reject(new Error('closed')) });
    await runs.refresh();
    expect(runs).toMatchObject({ loading: false, list: [] });
    expect(runs.error?.message).toBe('The runs could not be read (closed).');
  });

  it('gains what is planned and imported, and loses what is removed', async () => {
    const removed: string[] = [];
    const { runs, toasts, setList } = setUp({
      createRun: () => (setList([stateOf('c')]), Promise.resolve(stateOf('c').run)),
      importRun: () => (setList([stateOf('d')]), Promise.resolve(stateOf('d').run)),
      removeRun: (id) => (removed.push(id), setList([]), Promise.resolve()),
    });
    expect(await runs.create(PLAN)).toBe('c');
    expect(runs.find('c')).toBeDefined();
    expect(await runs.import([new File([], 'run.json')])).toBe('d');
    expect(toasts.texts()).toEqual(['Imported “First”.']);
    await runs.remove('d');
    expect(removed).toEqual(['d']);
    expect(runs.list).toEqual([]);
  });

  it.each([
    ['create', 'The run could not be planned (not expected).', (runs: Runs) => runs.create(PLAN)],
    ['import', 'The run could not be imported (not expected).', (runs: Runs) => runs.import([new File([], 'x')])],
    ['remove', 'The run could not be deleted (not expected).', (runs: Runs) => runs.remove('a')],
    ['text', 'The run could not be exported (not expected).', (runs: Runs) => runs.text('a', 'csv')],
  ])('shows why %s failed', async (_, message, act) => {
    const { runs } = setUp();
    expect(await act(runs)).toBeUndefined();
    expect(runs.error?.message).toBe(message);
  });

  it('estimates the remaining time of a run', async () => {
    const { runs } = setUp();
    await runs.refresh();
    expect([await runs.estimate('a'), await runs.estimate('unknown')]).toEqual([40, null]);
  });
});
