import type { Browser } from 'playwright-core';
import { runInEngine } from '../tests/harness/engine-script.ts';
import { engineWorker } from '../tests/harness/gpu-counts.ts';
import { nameFunctions } from '../tests/harness/tasks.ts';
import { Person } from '../tests/harness/person.ts';
import { newProfile, visit } from '../tests/harness/visit.ts';

/** Two turns of each under three compressions, as the form proposes. */
const DIALOGUES = 2;
const RECORDS = DIALOGUES * 2 * 3;

/** A call of the engine's worker, in milliseconds since the epoch. */
interface Call {
  method: string;
  from: number;
  to: number;
}

/** Runs in the engine's worker before its own code: keeps when each call arrived and was answered. */
const RECORD_CALLS = `
const openCalls = new Map();
globalThis.answeredCalls = [];
const nowHere = () => performance.timeOrigin + performance.now();
addEventListener('message', ({ data }) => {
  if (data?.rpc === 'call') openCalls.set(data.id, { method: data.method, from: nowHere() });
});
const postAway = globalThis.postMessage.bind(globalThis);
globalThis.postMessage = (message, ...rest) => {
  postAway(message, ...rest);
  const call = message?.rpc === 'result' || message?.rpc === 'error' ? openCalls.get(message.id) : undefined;
  if (call) globalThis.answeredCalls.push({ ...call, to: nowHere() });
};`;

/** What of a run's time the model took, in seconds. */
export interface EvaluationTime {
  model: string;
  records: number;
  /** From the first call of the model to the run's end as the page shows it. */
  seconds: number;
  writing: number;
  scoring: number;
  outside: number;
  outsidePerRecordMs: number;
  outsideShare: string;
  /** From the last record to the table of all of them. */
  tableAfterwards: number;
}

/**
 * Evaluates the default model of a lab on Wasm as a person does, and measures in the engine's worker when it writes and
 * scores. All other time is outside the model: contexts, counting their tokens, metrics, storage, and the page.
 */
export async function evaluationTime(browser: Browser, url: string, model: string): Promise<EvaluationTime> {
  const context = await newProfile(browser, {});
  await runInEngine(context, RECORD_CALLS);
  const { page } = await visit(browser, url, { context });
  page.setDefaultTimeout(1_200_000);
  await nameFunctions(page);
  const person = new Person(page);
  await person.acknowledge();
  await person.loadModel();
  await person.goTo('runs');
  await page.getByLabel('Dialogues, drawn at random').fill(`${DIALOGUES}`);
  await page.getByRole('button', { name: 'Plan the run' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  const ends = await page.evaluate(waitForEnd, RECORDS);
  const calls = await engineWorker(page).evaluate(
    () => (globalThis as unknown as { answeredCalls: Call[] }).answeredCalls,
  );
  await context.close();
  return summary(model, calls, ends);
}

/** Runs in the page: waits for the last record, and for the table of all of them; milliseconds since the epoch. */
async function waitForEnd(records: number): Promise<{ last: number; table: number }> {
  const shown = async (text: string): Promise<number> => {
    while (!document.querySelector('main section')?.textContent?.includes(text))
      await new Promise((later) => setTimeout(later, 20));
    return performance.timeOrigin + performance.now();
  };
  return { last: await shown(`${records} of ${records}`), table: await shown('Finished') };
}

function summary(
  model: string,
  calls: readonly Call[],
  { last, table }: { last: number; table: number },
): EvaluationTime {
  const taken = (method: string): number =>
    calls.filter((call) => call.method === method).reduce((sum, { from, to }) => sum + to - from, 0);
  const [first] = calls.filter(({ method }) => method === 'stream');
  if (!first) throw new Error('The model was not asked.');
  const [whole, writing, scoring] = [last - first.from, taken('stream'), taken('score')];
  const outside = whole - writing - scoring;
  const seconds = (ms: number): number => Math.round(ms / 10) / 100;
  return {
    model,
    records: RECORDS,
    seconds: seconds(whole),
    writing: seconds(writing),
    scoring: seconds(scoring),
    outside: seconds(outside),
    outsidePerRecordMs: Math.round(outside / RECORDS),
    outsideShare: `${((outside / whole) * 100).toFixed(1)} %`,
    tableAfterwards: seconds(table - last),
  };
}
