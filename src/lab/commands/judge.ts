import { readFile } from 'node:fs/promises';
import type { Dialogue } from '../../dataset/dialogue.ts';
import { readDataset } from '../../dataset/read.ts';
import type { LoadedModel } from '../../engine/engine.ts';
import { LabError } from '../../error.ts';
import { EndpointModelClient } from '../../engine/openai/openai.ts';
import { normaliseBaseUrl } from '../../engine/openai/endpoint.ts';
import { judge, weightedScores } from '../../judge/judge.ts';
import { drawDialogues } from '../../judge/judge-dialogues.ts';
import { conversationPrompt, newestLines } from '../../judge/prompt.ts';
import { validateJudge, type JudgedDialogue } from '../../judge/validate.ts';
import { loadFolderModel } from '../folder-model.ts';
import { defineCommand } from '../command-options.ts';

/** Validates a judge against people: a line for each dialogue, then its agreement with the survey and how it separates the failed. */
export const judgeCommand = defineCommand({
  summary: "Have a model judge dialogues, and compare it with the seekers' own survey and with failed dialogues.",
  options: {
    good: { kind: 'text', value: 'FILE', required: true, about: 'Dialogues with a survey, such as ESConv.' },
    failed: { kind: 'text', value: 'FILE', required: true, about: 'Dialogues that failed, such as FailedESConv.' },
    dialogues: { kind: 'count', default: '50', about: 'How many dialogues of each file are judged.' },
    repeats: { kind: 'count', default: '3', about: 'How often each dialogue is judged.' },
    weighted: { kind: 'flag', about: 'Weigh the scores by the probabilities of the model.' },
    model: { kind: 'text', value: 'FOLDER', otherwise: 'the embedded model', about: 'The judge: a folder that export wrote.' },
    endpoint: { kind: 'text', value: 'URL', otherwise: 'none', about: 'The judge: an OpenAI-compatible server. Its key is read from SOLACE_API_KEY.' },
    name: { kind: 'text', value: 'MODEL', otherwise: 'none; an endpoint needs it', about: 'The name of the model at the endpoint.' },
  },
  examples: ['--good esconv.jsonl --failed failed.json', '--good esconv.jsonl --failed failed.json --endpoint http://localhost:8000/v1 --name mistral-7b'],
  async run({ dialogues: count, repeats, ...options }, print, signal) {
    const [good, failed] = [await sample(options.good, count), await sample(options.failed, count)];
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
});

async function sample(path: string, count: number): Promise<Dialogue[]> {
  const blob = new Blob([await readFile(path)]);
  const { dialogues } = await readDataset([{ name: path, size: blob.size, stream: () => blob.stream() }]);
  return drawDialogues(dialogues, count);
}

async function openJudge({ model, endpoint, name }: { model?: string | undefined; endpoint?: string | undefined; name?: string | undefined }, signal: AbortSignal): Promise<LoadedModel> {
  if (endpoint === undefined) return loadFolderModel(model, { signal });
  if (!name) throw new LabError({ code: 'bad-config', what: '--name is missing.', todo: 'An endpoint needs the name of its model.' });
  const settings = { baseUrl: normaliseBaseUrl(endpoint), model: name, modelId: name, contextWindow: null };
  return new EndpointModelClient({ ...settings, apiKey: process.env['SOLACE_API_KEY'] });
}
