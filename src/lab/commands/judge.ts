import { readFile } from 'node:fs/promises';
import type { Dialogue } from '../../dataset/dialogue.ts';
import { readDataset } from '../../dataset/read.ts';
import type { LoadedModel } from '../../engine/engine.ts';
import { EndpointModelClient } from '../../engine/openai/openai.ts';
import { normaliseBaseUrl } from '../../engine/openai/endpoint.ts';
import { judge, weightedScores } from '../../judge/judge.ts';
import { drawDialogues } from '../../judge/judge-dialogues.ts';
import { conversationPrompt, newestLines } from '../../judge/prompt.ts';
import { validateJudge, type JudgedDialogue } from '../../judge/validate.ts';
import { loadFolderModel } from '../folder-model.ts';
import { parseOptions, required, wholeNumber, type Command } from '../command-line.ts';

const USAGE = '--good FILE --failed FILE [--dialogues N] [--weighted] [--model FOLDER | --endpoint URL --name MODEL] [--repeats N]';

/** Validates a judge against people: a line for each dialogue, then its agreement with the survey and how it separates the failed. */
export const judgeCommand: Command = {
  summary: "Have a model judge dialogues, and compare it with the seekers' own survey and with failed dialogues.",
  usage: USAGE,
  async run(args, print, signal) {
    const text = { type: 'string' } as const;
    const options = parseOptions(args, { good: text, failed: text, dialogues: text, weighted: { type: 'boolean' }, model: text, endpoint: text, name: text, repeats: text }, USAGE);
    const count = wholeNumber('dialogues', options.dialogues) ?? 50;
    const [good, failed] = [await sample(required('good', options.good, USAGE), count), await sample(required('failed', options.failed, USAGE), count)];
    const repeats = wholeNumber('repeats', options.repeats) ?? 3;
    const model = await openJudge(options, signal);
    try {
      const judged = async (list: Dialogue[], group: string): Promise<JudgedDialogue[]> => {
        const results: JudgedDialogue[] = [];
        for (const dialogue of list) {
          const prompt = conversationPrompt(newestLines(dialogue.utterances, model.info.contextWindow));
          const judgement = options.weighted ? { scores: await weightedScores(model, prompt, signal) } : await judge(model, prompt, { repeats, signal });
          print(JSON.stringify({ group, dialogue: dialogue.id, ...judgement }));
          results.push({ dialogue, scores: judgement.scores });
        }
        return results;
      };
      print(JSON.stringify(validateJudge(await judged(good, 'good'), await judged(failed, 'failed'))));
    } finally {
      await model.unload();
    }
  },
};

async function sample(path: string, count: number): Promise<Dialogue[]> {
  const blob = new Blob([await readFile(path)]);
  const { dialogues } = await readDataset([{ name: path, size: blob.size, stream: () => blob.stream() }]);
  return drawDialogues(dialogues, count);
}

async function openJudge({ model, endpoint, name }: { model?: string | undefined; endpoint?: string | undefined; name?: string | undefined }, signal: AbortSignal): Promise<LoadedModel> {
  if (endpoint === undefined) return loadFolderModel(model, { signal });
  const settings = { baseUrl: normaliseBaseUrl(endpoint), model: required('name', name, USAGE), modelId: name ?? '', contextWindow: null };
  return new EndpointModelClient({ ...settings, apiKey: process.env['SOLACE_API_KEY'] });
}
