import { LabError } from '../../core/error.ts';
import { PROMPT_IDS, type PromptId } from '../../core/judge/prompts.ts';
import { defineCommand } from '../command-options.ts';
import { readBatchAnswers, writeBatchRequests } from '../judge-batch.ts';
import { judgeFolderOfRun } from '../judge-run-folder.ts';
import { validateJudgeOn } from '../judge-validation.ts';
import { MODEL } from './options.ts';

/** Has a model judge the replies of a run, directly or as a batch, or validates a judge against people. */
export const judgeCommand = defineCommand({
  summary:
    'Have a model judge the replies of a run, directly or through batch files, resumably; or, with --good ' +
    "and --failed, judge dialogues to compare the judge with the seekers' own survey and with failed dialogues.",
  options: {
    run: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'none; a judge is validated with --good and --failed',
      about:
        'Folder of a run that evaluate wrote: judge its replies. Verdicts are stored there. The same command resumes.',
    },
    requests: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'the judge is asked directly',
      about:
        "Write the open requests for the run as JSON lines for OpenAI's Batch API, and contact no server. --name is " +
        'the model that the requests name.',
    },
    answers: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'the judge is asked directly',
      about: "Read a batch's output or error file and store its verdicts. Needs no model.",
    },
    'no-schema': {
      kind: 'flag',
      about: 'Leave the JSON schema out of --requests, for models that refuse "response_format".',
    },
    dataset: {
      kind: 'text',
      value: 'FILE',
      otherwise: "the plan's",
      about: "The file of the run's dataset on this machine.",
    },
    good: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'none; it is needed without --run',
      about: 'Dialogues with a survey, such as ESConv.',
    },
    failed: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'none; it is needed without --run',
      about: 'Dialogues that failed, such as FailedESConv.',
    },
    out: {
      kind: 'text',
      value: 'FOLDER',
      otherwise: 'none',
      about: 'With --good: folder for every verdict with its raw answers. The same command resumes.',
    },
    dialogues: { kind: 'count', default: '50', about: 'With --good: how many dialogues of each file to judge.' },
    repeats: { kind: 'count', default: '3', about: 'How often to judge each reply or dialogue.' },
    weighted: { kind: 'flag', about: 'With --good: weight the scores by the probabilities of the model.' },
    prompt: {
      kind: 'text',
      choices: PROMPT_IDS,
      default: 'lab',
      about:
        'What the judge is asked: lab explains each criterion and asks for JSON; paper has the words of a summary of ' +
        "the paper's figure 7 and asks for a list.",
    },
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
      otherwise: 'none; an endpoint and --requests need it',
      about: 'The name of the model at the endpoint, or of the one that answers the batch.',
    },
    concurrency: { kind: 'count', default: '8', about: 'Concurrent requests to an endpoint.' },
    force: {
      kind: 'flag',
      about: 'Write into a folder that contains other files, which are kept; replace --requests.',
    },
  },
  examples: [
    '--run runs/first --endpoint http://localhost:8000/v1 --name mistral-7b',
    '--run runs/first --requests requests.jsonl --name gpt-4 --no-schema',
    '--run runs/first --answers batch_output.jsonl',
    '--good esconv.jsonl --failed failed.json',
    '--good esconv.jsonl --failed failed.json --endpoint http://localhost:8000/v1 --name mistral-7b --out runs/judge',
  ],
  async run({ run, requests, answers, good, failed, ...options }, print, signal) {
    const fault = faultOf({ run, requests, answers, good, failed, ...options });
    if (fault !== undefined) throw new LabError({ code: 'bad-config', what: fault, todo: 'See --help.' });
    if (run === undefined)
      return validateJudgeOn({ ...options, good: good ?? '', failed: failed ?? '' }, print, signal);
    const { dataset, repeats, prompt, force } = options;
    const place = { run, dataset };
    if (answers !== undefined) return readBatchAnswers(place, answers, print);
    if (requests === undefined) return judgeFolderOfRun({ ...options, ...place }, print, signal);
    const schema = !options['no-schema'];
    return writeBatchRequests({ ...place, repeats, prompt, name: options.name, file: requests, schema, force }, print);
  },
});

interface Given {
  run: string | undefined;
  requests: string | undefined;
  answers: string | undefined;
  good: string | undefined;
  failed: string | undefined;
  out: string | undefined;
  weighted: boolean;
  prompt: PromptId;
}

/** What is wrong with options that exclude or need each other, as a sentence. */
function faultOf({ run, requests, answers, good, failed, out, weighted, prompt }: Given): string | undefined {
  if (run === undefined) {
    if (requests !== undefined || answers !== undefined)
      return `--run is missing: --${requests === undefined ? 'answers' : 'requests'} needs the folder of a run.`;
    if (good === undefined) return '--good is missing.';
    if (failed === undefined) return '--failed is missing.';
    return weighted && prompt !== 'lab' ? '--weighted needs the JSON that only --prompt lab asks for.' : undefined;
  }
  const validating = Object.entries({ good, failed, out, weighted: weighted || undefined });
  const both = validating.find(([, value]) => value !== undefined);
  if (both) return `--${both[0]} belongs to the validation of a judge, not to --run.`;
  return requests !== undefined && answers !== undefined
    ? '--requests and --answers cannot be given together.'
    : undefined;
}
