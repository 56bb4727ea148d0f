import { describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import type { JudgeCheck, JudgedCheckDialogue, JudgePair, JudgeState } from '../../lab/index.ts';
import { JudgeChecking, type CheckJudge } from './judge-check.svelte.ts';
import { Judging, type JudgingService } from './judging.svelte.ts';
import type { ExclusiveWork, Runs } from './runs.svelte.ts';
import { deferred, settled } from './testing/fakes.ts';

const stateOf = (id: string, done = 0): JudgeState => ({
  judge: { id, name: id.toUpperCase(), rounds: 3 } as JudgeState['judge'],
  done,
  total: 9,
});
const PROGRESS = { done: 1, total: 9, remainingMs: null };

/** Fake runs that work immediately and record the reports. */
function fakeRuns() {
  const begun: Omit<ExclusiveWork, 'run'>[] = [];
  const reports: unknown[] = [];
  const shown: unknown[] = [];
  const errors: unknown[] = [];
  const stopping = new AbortController();
  const runs: Pick<Runs, 'runExclusive' | 'waiting' | 'show'> = {
    runExclusive: async ({ run, ...work }) => {
      begun.push(work);
      await run(stopping.signal, (...report) => void reports.push(report)).catch((error: unknown) =>
        errors.push(error),
      );
    },
    waiting: () => undefined,
    show: (id, options) => (shown.push([id, options]), Promise.resolve()),
  };
  return { runs, begun, reports, shown, errors, stopping };
}

describe('the judges of a run', () => {
  const setUp = (service: Partial<JudgingService> = {}) => {
    const fake = fakeRuns();
    const judged: unknown[] = [];
    const judging = new Judging(
      'r',
      {
        judgesOfRun: () => Promise.resolve([stateOf('j', 4)]),
        judgePairsOf: () => Promise.resolve([]),
        judgeRunReplies: (run, judge, { onEvent }) => {
          judged.push([run, judge]);
          onEvent({ type: 'loading', progress: PROGRESS });
          onEvent({ type: 'verdict', verdict: {} as never, progress: PROGRESS });
          return Promise.resolve();
        },
        ...service,
      },
      fake.runs,
    );
    return { judging, judged, ...fake };
  };

  it('resume their work, and the table shows their scores', async () => {
    const { judging, judged, begun, reports, shown } = setUp();
    await judging.refresh();
    const judge = { model: 'j', name: 'J', rounds: 3 };
    await judging.start(judge);
    expect(begun).toEqual([{ id: 'r', work: 'judging', done: 4, total: 9, failed: 'Judging stopped' }]);
    expect(judged).toEqual([['r', judge]]);
    expect(reports).toEqual([
      ['Loading the judge', PROGRESS, false],
      ['Judging', PROGRESS, true],
    ]);
    expect(shown).toEqual([['r', { judge: 'j' }]]);
    // The same model with another prompt is another judge.
    await judging.start({ ...judge, wording: 'paper' });
    expect(begun.at(-1)).toMatchObject({ done: 0, total: 0 });
    expect(shown.at(-1)).toEqual(['r', { judge: "j, paper's prompt" }]);
  });

  it('are read again after they have judged', async () => {
    const { judging } = setUp();
    expect(judging.judges).toEqual([]);
    await judging.start({ model: 'new', name: 'New', rounds: 1 });
    expect(judging.judges.map(({ judge }) => judge.id)).toEqual(['j']);
  });

  it('are those of the newest read, whichever ends first', async () => {
    const first = deferred<JudgeState[]>();
    const second = deferred<JudgeState[]>();
    const readings = [first.promise, second.promise];
    const { judging } = setUp({ judgesOfRun: () => readings.shift() ?? Promise.resolve([]) });
    void judging.refresh();
    void judging.refresh();
    second.resolve([stateOf('new')]);
    await settled();
    first.resolve([stateOf('old')]);
    await settled();
    expect(judging.judges.map(({ judge }) => judge.id)).toEqual(['new']);
  });

  it('show an error while they cannot be read', async () => {
    const answers: Promise<JudgePair[]>[] = [Promise.reject(new Error('closed')), Promise.resolve([])];
    const { judging } = setUp({ judgePairsOf: () => answers.shift() ?? Promise.resolve([]) });
    await judging.refresh();
    expect(judging.error?.message).toBe('The judges could not be read (closed).');
    await judging.refresh();
    expect(judging.error).toBeNull();
  });
});

describe('the check of a judge', () => {
  const CHECK: JudgeCheck = { judge: 'j', good: 'good', failed: null, dialogues: 2, rounds: 1, wording: 'lab' };
  const judgedOf = (id: string) =>
    ({
      group: 'good',
      dialogue: { id, utterances: [] },
      judgement: { verdicts: [] },
    }) as unknown as JudgedCheckDialogue;

  const setUp = (last: 'ends' | 'stops' = 'ends') => {
    const fake = fakeRuns();
    const calls: string[][] = [];
    const checkJudge: CheckJudge = (_check, { done, onEvent }) => {
      calls.push(done.map(({ dialogue }) => dialogue.id));
      onEvent({ type: 'loading', progress: PROGRESS });
      onEvent({ type: 'judged', judged: judgedOf(`d${done.length + 1}`), progress: PROGRESS });
      return last === 'ends' ? Promise.resolve() : Promise.reject(LabError.cancelled());
    };
    return { checking: new JudgeChecking(checkJudge, fake.runs), calls, ...fake };
  };

  it('reports each judgement as it arrives, and waits its turn among the runs', async () => {
    const { checking, begun, reports } = setUp();
    expect(checking.validation).toBeNull();
    await checking.start(CHECK);
    expect(checking.judged.map(({ dialogue }) => dialogue.id)).toEqual(['d1']);
    expect(begun).toEqual([{ id: '', work: 'checking', done: 0, total: 0, failed: 'The check stopped' }]);
    expect(reports).toEqual([
      ['Loading the judge', PROGRESS, false],
      ['Judging', PROGRESS, false],
    ]);
  });

  it('resumes where it was stopped', async () => {
    const { checking, calls } = setUp('stops');
    await checking.start(CHECK);
    await checking.start({ ...CHECK });
    expect(calls).toEqual([[], ['d1']]);
    expect(checking.judged.map(({ dialogue }) => dialogue.id)).toEqual(['d1', 'd2']);
  });

  it('starts over with another judge or other dialogues', async () => {
    const { checking, calls } = setUp();
    await checking.start(CHECK);
    await checking.start({ ...CHECK, rounds: 2 });
    expect(calls).toEqual([[], []]);
    expect(checking.judged.map(({ dialogue }) => dialogue.id)).toEqual(['d1']);
  });
});
