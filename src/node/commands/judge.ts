import { basename } from 'node:path';
import type { Dialogue } from '../../core/dataset/dialogue.ts';
import type { LoadedModel } from '../../core/engine/engine.ts';
import { normaliseBaseUrl } from '../../engines/openai/endpoint.ts';
import { EndpointModel } from '../../engines/openai/openai.ts';
import { LabError } from '../../core/error.ts';
import { JUDGE_DECODING } from '../../core/judge/judge.ts';
import {
  checkKey,
  drawDialogues,
  alternated,
  judgeDialogues,
  type JudgedCheckDialogue,
} from '../../core/judge/judge-dialogues.ts';
import { PROMPT_VERSION } from '../../core/judge/prompt.ts';
import { validateJudge } from '../../core/judge/validate.ts';
import { defineCommand } from '../command-options.ts';
import { readHashedDataset } from '../dataset-file.ts';
import { loadFolderModel } from '../folder-model.ts';
import { JUDGE_SUMMARY, openJudgeFolder, type JudgedLine } from '../judge-folder.ts';
import { chooseModel } from '../model-choice.ts';
import { refuseOverlap } from '../output-path.ts';
import { MODEL } from './options.ts';
import { progressReporter, reportNoResult, reportWait } from './progress.ts';

/**
 * Validates a judge against people: one line per dialogue, then its agreement with the survey and how well it separates
 * failed dialogues.
 */
export const judgeCommand = defineCommand({
  summary:
    "Have a model judge dialogues, resumably, and compare it with the seekers' own survey and with failed dialogues.",
  options: {
    good: { kind: 'text', value: 'FILE', required: true, about: 'Dialogues with a survey, such as ESConv.' },
    failed: { kind: 'text', value: 'FILE', required: true, about: 'Dialogues that failed, such as FailedESConv.' },
    out: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'none',
      about: 'Folder for every verdict with its raw answers. The same command resumes.',
    },
    dialogues: { kind: 'count', default: '50', about: 'How many dialogues of each file to judge.' },
    repeats: { kind: 'count', default: '3', about: 'How often to judge each dialogue.' },
    weighted: { kind: 'flag', about: 'Weight the scores by the probabilities of the model.' },
    model: { ...MODEL, about: `The judge. ${MODEL.about}` },
    endpoint: {
      kind: 'text',
      value: 'URL',
      otherwise: 'none',
      about: 'The judge: an OpenAI-compatible server. Its key is read from SOLACE_API_KEY.',
    },
    name: {
      kind: 'text',
      value: 'MODEL',
      otherwise: 'none; an endpoint needs it',
      about: 'The name of the model at the endpoint.',
    },
    concurrency: { kind: 'count', default: '8', about: 'Concurrent requests to an endpoint.' },
    force: { kind: 'flag', about: 'Write into a folder that contains other files, which are kept.' },
  },
  examples: [
    '--good esconv.jsonl --failed failed.json',
    '--good esconv.jsonl --failed failed.json --endpoint http://localhost:8000/v1 --name mistral-7b --out runs/judge',
  ],
  async run({ dialogues, repeats, weighted, out, force, concurrency, ...options }, print, signal) {
    if (out !== undefined)
      await refuseOverlap(out, { '--good': options.good, '--failed': options.failed, '--model': options.model });
    const [good, failed] = [await sample(options.good, dialogues), await sample(options.failed, dialogues)];
    const items = alternated(good.dialogues, failed.dialogues);
    const baseUrl = options.endpoint === undefined ? null : normaliseBaseUrl(options.endpoint);
    const model = baseUrl === null ? chooseModel(options.model).name : options.name;
    if (!model)
      throw new LabError({
        code: 'bad-config',
        what: '--name is missing.',
        todo: 'An endpoint needs the name of its model.',
      });
    const settings = {
      format: 'solace-lab-judge' as const,
      version: 1 as const,
      model: baseUrl === null ? basename(model) : model,
      endpoint: baseUrl,
      prompt: PROMPT_VERSION,
      weighted,
      repeats,
      ...JUDGE_DECODING,
      good: good.sha256,
      failed: failed.sha256,
      dialogues,
    };
    const folder = out === undefined ? undefined : await openJudgeFolder(out, settings, force);
    const judged: JudgedLine[] = [...(folder?.lines ?? [])];
    const report = progressReporter();
    try {
      for (const line of judged) print(JSON.stringify(line));
      const events = judgeDialogues({
        items,
        done: new Set(judged.map(({ group, dialogue }) => checkKey({ group, dialogue: { id: dialogue } }))),
        rounds: repeats,
        weighted,
        concurrency,
        signal,
        onWait: reportWait,
        openModel: (stop) => openJudge(baseUrl, model, stop ?? signal),
      });
      let failure: { reason: unknown } | undefined;
      try {
        for await (const event of events) {
          report(event.type === 'loading' ? 'loading the judge' : 'judging', event.progress);
          if (event.type !== 'judged') continue;
          const line = lineOf(event.judged);
          await folder?.append(line);
          judged.push(line);
          print(JSON.stringify(line));
        }
      } catch (error) {
        // What is done is summarised anyway, and the same command resumes.
        failure = { reason: error };
      }
      const validation = validationOf(items, judged);
      await folder?.write(
        JUDGE_SUMMARY,
        `${JSON.stringify({ settings, judged: judged.length, of: items.length, validation }, null, 1)}\n`,
      );
      reportNoResult('dialogues', judged.filter(({ scores }) => scores === null).map(reasonOf), judged.length);
      if (failure) throw failure.reason;
      print(JSON.stringify(validation));
    } finally {
      await folder?.close();
    }
  },
});

const lineOf = ({ group, dialogue, judgement, error }: JudgedCheckDialogue): JudgedLine => ({
  group,
  dialogue: dialogue.id,
  ...judgement,
  ...(error !== undefined && { error }),
});

/** Why a dialogue has no scores. */
function reasonOf({ error, answers, refused }: JudgedLine): string {
  const withheld = answers.find((answer) => answer.withheld !== undefined)?.withheld;
  return (
    error ?? withheld ?? (refused > 0 ? 'The judge refused to answer.' : 'None of the answers could be read as scores.')
  );
}

function validationOf(items: ReturnType<typeof alternated>, judged: readonly JudgedLine[]) {
  const byKey = new Map(
    judged.map(({ group, dialogue, scores }) => [checkKey({ group, dialogue: { id: dialogue } }), scores]),
  );
  const of = (wanted: 'good' | 'failed') =>
    items.flatMap((item) => {
      const scores = byKey.get(checkKey(item));
      return item.group === wanted && scores !== undefined ? [{ dialogue: item.dialogue, scores }] : [];
    });
  return validateJudge(of('good'), of('failed'));
}

async function sample(path: string, count: number): Promise<{ dialogues: Dialogue[]; sha256: string }> {
  const { sha256, read } = await readHashedDataset(path, {
    what: 'The dialogues cannot be read',
    todo: 'Check the path.',
  });
  return { dialogues: drawDialogues((await read()).dialogues, count), sha256 };
}

async function openJudge(baseUrl: string | null, model: string, signal: AbortSignal): Promise<LoadedModel> {
  if (baseUrl === null) return loadFolderModel(model, { signal });
  return new EndpointModel({
    baseUrl,
    model,
    modelId: model,
    contextWindow: null,
    apiKey: process.env['SOLACE_API_KEY'],
  });
}
