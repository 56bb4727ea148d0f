import { writeFile } from 'node:fs/promises';
import { LabError } from '../core/error.ts';
import { openRequests, readBatch } from '../core/judge/batch.ts';
import type { PromptId } from '../core/judge/prompts.ts';
import { batchLine, parseBatchAnswers } from '../engines/openai/batch.ts';
import { finish, judgeOf, verdictsOf, withRun, type Print, type RunPlace } from './judged-run.ts';
import { refuseOverlap } from './output-path.ts';
import { exists, readText } from './read-file.ts';

/** Writes the open requests for a run into a file. */
export async function writeBatchRequests(
  { name, file, schema, force, repeats, prompt, ...place }: RunPlace & BatchFile,
  print: Print,
): Promise<void> {
  if (!name)
    throw new LabError({
      code: 'bad-config',
      what: '--name is missing.',
      todo: 'Give the name of the model that answers the batch, such as gpt-4.',
    });
  await refuseOverlap(file, { '--run': place.run, '--dataset': place.dataset }, '--requests');
  if (!force && (await exists(file)))
    throw new LabError({
      code: 'bad-config',
      where: file,
      what: 'The file exists already.',
      todo: 'Choose another with --requests, or add --force to replace it.',
    });
  await withRun(place, async (judged) => {
    const judge = await judgeOf(judged, { name, repeats, prompt });
    const verdicts = verdictsOf(judged.folder, judge.id);
    const open = openRequests({ judge, verdicts }, judged.items);
    const lines = open.map((request) => `${JSON.stringify(batchLine(request.id, name, request, schema))}\n`);
    await writeFile(file, lines.join('')).catch((error: unknown) => {
      throw LabError.from(error, {
        code: 'io',
        where: file,
        what: 'It cannot be written',
        todo: 'Choose another file with --requests.',
      });
    });
    print(JSON.stringify({ requests: open.length, of: judged.items.length * judge.rounds, file, judge }));
  });
}

/** Where and how the requests are written. */
interface BatchFile {
  /** The model that answers the batch. */
  name: string | undefined;
  file: string;
  schema: boolean;
  /** Replace the file. */
  force: boolean;
  repeats: number;
  prompt: PromptId;
}

/**
 * Reads the answers of a batch and stores their verdicts.
 * @throws {LabError} `bad-file` naming the line at fault, `bad-data` when no answer belongs to the run, `not-found`
 * when no requests were written for it.
 */
export async function readBatchAnswers(place: RunPlace, file: string, print: Print): Promise<void> {
  const text = await readText(file, { what: 'The answers cannot be read', todo: 'Give the output file of the batch.' });
  const answers = parseBatchAnswers(text, file);
  if (answers.length === 0)
    throw new LabError({
      code: 'bad-data',
      where: file,
      what: 'It contains no answers.',
      todo: 'Give the output file of the batch, once it is finished.',
    });
  await withRun(place, async (judged) => {
    const { folder, items } = judged;
    const before = folder.judgings.all();
    if (before.length === 0)
      throw new LabError({
        code: 'not-found',
        where: place.run,
        what: 'No requests were written for this run.',
        todo: 'Write them with --requests, and have them answered.',
      });
    const batch = await readBatch(before, items, answers).catch((error: unknown) => {
      throw error instanceof LabError ? new LabError({ ...error.detail, where: file }, { cause: error }) : error;
    });
    await folder.judgings.replace(batch.judgings.flatMap(({ verdicts }) => verdicts));
    for (const verdict of batch.read) print(JSON.stringify(verdict));
    const judges = [...new Set(batch.read.map(({ judge }) => judge))];
    for (const id of judges) await finish(judged, id, print);
    const { read, repeated, foreign } = batch;
    const open = batch.judgings.map((judging) => ({
      judge: judging.judge.id,
      requests: openRequests(judging, items).length,
    }));
    print(JSON.stringify({ answers: answers.length, read: read.length, repeated, foreign, open }));
  });
}
