import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from './harness/endpoint.ts';
import { useEndpointVisit } from './harness/endpoint-lab.ts';
import { overhangs } from './harness/overhang.ts';

/** Two dialogues with one turn each, under two conditions. */
const REPLIES = 4;
const ROUNDS = 3;
const VERDICTS = REPLIES * ROUNDS;
const SCORES = '{"engagement": 4, "comforting": 3, "appropriateness": 2, "suggestion": 1}';

describe('judging the replies of a run', () => {
  const at = useEndpointVisit();

  it('counts refused and unreadable answers, resumes after a stop and a reload, and shows the criteria', async () => {
    const { endpoint, guest } = at;
    const { page } = guest;
    await answeredRun(page, endpoint);
    endpoint.answer = () => SCORES;
    endpoint.pause = 800;

    await openPanel(page);
    await page.getByLabel('Rounds').fill(String(ROUNDS));
    await page.getByLabel('Judge', { exact: true }).selectOption({ label: await modelName(page, endpoint) });
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await expect.poll(() => verdictsOf(page), { timeout: 60_000 }).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Stop judging' }).click();
    const resume = page.getByRole('button', { name: /^Resume judging with/ });
    await resume.waitFor();
    const before = await verdictsOf(page);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(VERDICTS);

    await page.reload();
    await openPanel(page);
    await resume.waitFor();
    expect(await verdictsOf(page)).toBe(before);
    // First the request that was stopped, then one unreadable answer, one refusal, and scores.
    await expect.poll(() => endpoint.open).toBe(0);
    endpoint.pause = 0;
    const answers = ['Hm.', 'I am sorry, I cannot rate this.'];
    endpoint.answer = () => answers.shift() ?? SCORES;
    const seen = endpoint.seen.length;
    await resume.click();
    await page.getByText(`${VERDICTS} of ${VERDICTS}`).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Stop judging' }).waitFor({ state: 'hidden' });
    // Judged replies are not judged again; unreadable ones are requested once more.
    const asked = endpoint.seen.slice(seen);
    expect(asked).toHaveLength(VERDICTS - before + 1);
    expect(asked.every(({ body }) => body.messages.at(-1)?.content.includes('The reply to assess:'))).toBe(true);

    await page.locator('section[aria-label="Results"][aria-busy="false"]').waitFor();
    const table = page.getByRole('region', { name: 'Results by model' });
    const columns = await table.getByRole('columnheader').allInnerTexts();
    const row = await table.getByRole('row').nth(1).locator('th, td').allInnerTexts();
    const valueOf = (label: string) => row[columns.indexOf(label)]?.trim();
    expect(
      ['Engagement', 'Comforting', 'Appropriateness', 'Suggestion', 'Mean'].map((name) =>
        Number.parseFloat(valueOf(`${name} (judge)`) ?? ''),
      ),
    ).toEqual([4, 3, 2, 1, 2.5]);
    await page.getByText(/Judge: .+ 4 replies and 12 verdicts, of which 1 refused\./).waitFor();

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    const run = JSON.parse(await readFile(await file.path(), 'utf8')) as RunFile;
    expect(run.judges).toMatchObject([{ rounds: ROUNDS }]);
    expect(run.verdicts).toHaveLength(VERDICTS);
    expect(run.verdicts.filter(({ refused }) => refused)).toHaveLength(1);
    expect(run.verdicts.reduce((sum, { unreadable }) => sum + unreadable, 0)).toBe(1);

    // Another judge, which was imported with a file, compared with the first and with a person.
    await importRun(page, withStrictJudge(run));
    await openPanel(page);
    await page.getByText(/ and Strict, 4 replies in common: .+ scores 1\.00 higher on average\./).waitFor();
    await page.getByText('Rate replies blind').click();
    await page.getByLabel('Your name or initials').fill('A');
    await page.getByTestId('start-rating').click();
    await page.getByRole('radiogroup', { name: 'Comforting' }).getByRole('radio', { name: 'Equal' }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('radiogroup', { name: 'Comforting' }).getByRole('radio', { name: 'Left' }).check();
    await page.getByRole('button', { name: 'Show the result' }).click();
    const people = page.getByRole('table', { name: 'What people preferred' });
    expect((await people.getByRole('columnheader').allInnerTexts()).at(-1)).toBe('κ with Strict');
    // If the person sees a difference once and the judge never, their agreement is that of chance.
    await expect
      .poll(async () =>
        (await people.getByRole('row', { name: 'Comforting' }).getByRole('cell').allInnerTexts()).slice(-2),
      )
      .toEqual(['0.00', '0.00']);
    // On a phone both replies fit, one above the other, however wide the table below them is.
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overhangs(page)).toEqual([]);
    expect(guest.errors).toEqual([]);
  });

  it("plans a roll-out, judges its dialogues with the paper's prompt and shows a reply in its context", async () => {
    const { endpoint, guest } = at;
    const { page } = guest;
    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
    await page.getByLabel('Each reply follows').selectOption({ label: 'the model’s own earlier replies (roll-out)' });
    expect(await page.getByLabel('Dialogues, drawn at random').inputValue()).toBe('20');
    const turns = page.getByLabel('First turns of each dialogue');
    expect(await turns.inputValue()).toBe('');
    await turns.fill('2');
    await page.getByLabel('Dialogues, drawn at random').fill('1');
    await plan(page, endpoint);
    const sent = endpoint.seen.map(({ body }) => body.messages.map(({ content }) => content));
    // Two conditions with two turns each: the second turn contains the first reply.
    expect(sent).toHaveLength(4);
    const second = sent.filter((messages) => messages.some((text) => /^You said/.test(text)));
    expect(second).toHaveLength(2);

    endpoint.answer = () => '[4, 3, 2, 1]';
    endpoint.seen.length = 0;
    await page.getByText('Judge these dialogues').click();
    await page.getByLabel('Rounds').fill('1');
    await page.getByLabel('Judge', { exact: true }).selectOption({ label: await modelName(page, endpoint) });
    await page.getByLabel('Prompt', { exact: true }).selectOption({ label: "The paper's, from a summary of figure 7" });
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await page.getByText(/paper's prompt\. .* 2 dialogues and 2 verdicts, none of which is lacking/).waitFor();
    expect(endpoint.seen).toHaveLength(2);
    for (const { body } of endpoint.seen) {
      expect(body.messages.map(({ role }) => role)).toEqual(['user']);
      expect(body.messages[0]?.content).toMatch(/^Rate the conversation's emotional support/);
      expect(body.messages[0]?.content.match(/Supporter: You said:/g)).toHaveLength(2);
    }
    await page.getByTestId('explorer-table').getByRole('link').last().click();
    await page.getByText('In a roll-out, judges read whole dialogues.').waitFor();
    await page.getByRole('list', { name: 'The context as sent' }).getByText('You said:').waitFor();
    expect(guest.errors).toEqual([]);
  });

  it('validates a judge against the survey of one dataset and the failures of another', async () => {
    const { endpoint, guest } = at;
    const { page } = guest;
    // The judge gives the seeker's scores; everything in the other dataset gets 1.
    endpoint.answer = (message) => {
      const n = /This is case (\d)/.exec(message)?.[1] ?? '1';
      return SCORES.replace(/\d/g, n);
    };
    const dialogue = (empathy: number) => ({
      survey_score: { seeker: { empathy }, supporter: {} },
      dialog: [
        { text: `This is case ${empathy}.`, speaker: 'usr' },
        { text: 'I see.', speaker: 'sys' },
      ],
    });
    const path = join(tmpdir(), `surveyed-${process.pid}.jsonl`);
    await writeFile(path, Array.from({ length: 24 }, (_, n) => JSON.stringify(dialogue(n % 6))).join('\n'));
    await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click();
    await page.locator('input[type="file"]').first().setInputFiles(path);
    await page
      .getByRole('heading', { level: 2, name: basename(path) })
      .first()
      .waitFor();
    await rm(path);

    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
    await page.getByText('Validate a judge against human ratings').click();
    await page.getByLabel('Judge', { exact: true }).selectOption({ label: await modelName(page, endpoint) });
    await page.getByLabel('Conversations that went well').selectOption({ label: basename(path) });
    await page.getByLabel('Conversations that failed').selectOption({ label: 'Solace corpus, test part' });
    await page.getByLabel('Dialogues of each, drawn at random').fill('24');
    await page.getByRole('button', { name: 'Check the judge' }).click();
    await page.getByText('48 dialogues judged; 0 refusals, 0 unreadable answers.').waitFor({ timeout: 60_000 });
    const row = page.getByRole('region', { name: 'Agreement by criterion' }).getByRole('row', { name: 'Mean' });
    // Of 24, sixteen are above 1 and four are equal to it.
    expect((await row.getByRole('cell').allInnerTexts()).map((cell) => cell.split(' ')[0])).toEqual(['1.00', '0.75']);
    await page.getByRole('list', { name: 'Findings of the check' }).getByText('is 1.00 over 24 dialogues').waitFor();
    expect(guest.errors).toEqual([]);
  });
});

async function answeredRun(page: Page, endpoint: Endpoint): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
  await page.getByLabel('Dialogues, drawn at random').fill('2');
  await page.getByLabel('Turns per dialogue').fill('1');
  await plan(page, endpoint);
}

/** Plans a run of the endpoint under two conditions, and carries it out. */
async function plan(page: Page, { model }: Endpoint): Promise<void> {
  for (const box of await page.getByRole('group', { name: 'Models' }).getByRole('checkbox').all()) await box.uncheck();
  await page.getByRole('group', { name: 'Models' }).getByLabel(model).first().check();
  await page.getByRole('group', { name: 'Compression of utterances' }).getByLabel('NoStopwords').uncheck();
  await page.getByRole('group', { name: 'In addition to BLEU' }).getByLabel('METEOR').uncheck();
  await page.getByRole('button', { name: 'Plan the run' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Finished').waitFor({ timeout: 60_000 });
}

async function openPanel(page: Page): Promise<void> {
  await page.getByText('Judge these replies').click();
}

interface RunFile {
  judges: { id: string; name: string; rounds: number }[];
  verdicts: { judge: string; unreadable: number; refused: boolean; scores: Record<string, number> | null }[];
}

/** The same run with a second judge that gave every reply one point less. */
function withStrictJudge({ judges, verdicts, ...run }: RunFile): string {
  const strict = verdicts.map((verdict) => ({
    ...verdict,
    judge: 'strict',
    scores: verdict.scores && Object.fromEntries(Object.entries(verdict.scores).map(([id, score]) => [id, score - 1])),
  }));
  return JSON.stringify({
    ...run,
    judges: [...judges, ...judges.map((judge) => ({ ...judge, id: 'strict', name: 'Strict' }))],
    verdicts: [...verdicts, ...strict],
  });
}

async function importRun(page: Page, text: string): Promise<void> {
  await page.getByRole('link', { name: 'All runs' }).click();
  await page
    .getByLabel('Import a run')
    .setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** How the page names the endpoint's model. */
async function modelName(page: Page, { model }: Endpoint): Promise<string> {
  const names = await page.getByLabel('Judge', { exact: true }).getByRole('option').allInnerTexts();
  return names.find((name) => name.includes(model)) ?? model;
}

/** Number of verdicts shown in the panel. */
async function verdictsOf(page: Page): Promise<number> {
  const [, done] = /(\d+) of 12/.exec(await page.getByRole('main').innerText()) ?? [];
  return Number(done ?? 0);
}
