import { readFile } from 'node:fs/promises';
import { isBlank } from '../../src/core/context/build.ts';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { withTemplate } from '../../src/core/formats/checkpoint/settle.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { loadRepresentation } from '../../src/core/compression/load.ts';
import { createCodec, type Codec } from '../../src/core/training/codec.ts';
import { dialogueSequence } from '../../src/core/training/example.ts';
import { cut, labelCount, type Sequence } from '../../src/core/training/sequence.ts';
import { randomSplit, stratifiedSplit, type Split } from '../../src/core/training/split.ts';
import type { RunConfig } from './config.ts';
import { dateOf } from './run-date.ts';
import { readDialogues, type TrainingDialogue } from './dialogues.ts';

/** What became of the dialogues of one part. */
export interface PartCounts {
  dialogues: number;
  sequences: number;
  tokens: number;
  labels: number;
  /** Dialogues without a supporter turn that can be learnt. */
  nothingToLearn: number;
  /**
   * Dialogues whose first words are the supporter's and are left out, because the chat template begins with the user.
   */
  openings: number;
  /** Dialogues longer than maxTokens, and the tokens and labels that were cut off or left out with them. */
  tooLong: number;
  tokensLost: number;
  labelsLost: number;
}

export interface Part {
  sequences: Sequence[];
  counts: PartCounts;
}

export interface Prepared {
  train: Part;
  eval: Part;
  /** Malformed records that were left out. */
  bad: string[];
  /** What was done otherwise than the settings suggest, as sentences. */
  notes: string[];
}

/** Dialogues of a configuration as sequences of tokens. `onProgress` gets shares of 1. */
export async function prepareData(
  checkpoint: Checkpoint,
  config: RunConfig,
  onProgress: (done: number, total: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Prepared> {
  const { data } = config;
  const parts = await readParts(config);
  const spoken = await withTemplateFile(checkpoint, data.template);
  const templateNotes = (spoken.notes ?? []).filter((note) => !checkpoint.notes?.includes(note));
  const codec = openCodec(spoken, dateOf(config));
  const { compress } = await loadRepresentation(data.representation);
  const total = parts.train.length + parts.eval.length;
  let done = 0;
  const convert = async (dialogues: readonly TrainingDialogue[]): Promise<Part> => {
    const made: (Sequence | null)[] = [];
    for (const { id, utterances } of dialogues) {
      try {
        made.push(
          dialogueSequence(id, utterances, {
            codec,
            compress: (text) => compress(text).text,
            labels: data.labels,
            system: data.system,
          }),
        );
      } catch (error) {
        throw ofDialogue(error, id, data.template ?? `the chat template of ${checkpoint.name}`);
      }
      onProgress(++done, total);
      if (done % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw LabError.cancelled();
    }
    const openings = codec.needs().opening
      ? 0
      : dialogues.filter(({ utterances }) => opener(utterances) === 'supporter').length;
    return limitLength(made, openings, data);
  };
  const prepared = {
    train: await convert(parts.train),
    eval: await convert(parts.eval),
    bad: parts.bad,
    notes: [...parts.notes, ...templateNotes],
  };
  if (prepared.train.sequences.length === 0) {
    throw new LabError({
      code: 'bad-data',
      where: data.train.join(', '),
      what: 'No dialogue is left to train on.',
      todo: 'Raise data.maxTokens or check that the data has supporter turns.',
    });
  }
  return prepared;
}

/** Names the dialogue and the template: neither is wrong by itself. */
function ofDialogue(error: unknown, id: string, template: string): LabError {
  const { detail } = LabError.from(error, { code: 'bad-data', what: 'It cannot be made into a training example' });
  const todo = detail.todo ?? 'Set data.template to another template, or leave the dialogue out.';
  return new LabError({ ...detail, where: `${id}, with ${template}`, todo }, { cause: error });
}

function opener(utterances: TrainingDialogue['utterances']): string | undefined {
  return utterances.find(({ text }) => !isBlank(text))?.speaker;
}

async function readParts({
  data,
}: RunConfig): Promise<{ train: TrainingDialogue[]; eval: TrainingDialogue[]; bad: string[]; notes: string[] }> {
  const { dialogues, bad } = await readDialogues(data.train, data.format, data.skipBad);
  const limited = (list: TrainingDialogue[], limit = Infinity): TrainingDialogue[] => list.slice(0, limit);
  if (data.eval) {
    const held = await readDialogues(data.eval, data.format, data.skipBad);
    return {
      train: limited(dialogues, data.trainLimit),
      eval: limited(held.dialogues, data.evalLimit),
      bad: [...bad, ...held.bad],
      notes: [],
    };
  }
  if (data.evalShare === 0) return { train: limited(dialogues, data.trainLimit), eval: [], bad, notes: [] };
  const { split, notes } = splitOf(
    dialogues.map(({ stratum }) => stratum),
    data,
  );
  const pick = (indices: readonly number[]): TrainingDialogue[] => indices.flatMap((i) => dialogues[i] ?? []);
  return {
    train: limited(pick(split.train), data.trainLimit),
    eval: limited(pick(split.test), data.evalLimit),
    bad,
    notes,
  };
}

/** Stratified where every class has enough members, random otherwise. */
function splitOf(
  strata: readonly string[],
  { evalShare, splitSeed }: RunConfig['data'],
): { split: Split; notes: string[] } {
  try {
    return { split: stratifiedSplit(strata, evalShare, splitSeed), notes: [] };
  } catch (error) {
    const reason = LabError.from(error, { code: 'bad-data', what: 'It cannot be stratified.' }).detail.what;
    return {
      split: randomSplit(strata.length, evalShare, splitSeed),
      notes: [`The evaluation part was drawn at random, not stratified. ${reason}`],
    };
  }
}

/** The checkpoint with the chat template of a file, if one is given. */
async function withTemplateFile(checkpoint: Checkpoint, templateFile?: string): Promise<Checkpoint> {
  return templateFile === undefined ? checkpoint : withTemplate(checkpoint, await readTemplate(templateFile));
}

function openCodec({ files, config, name }: Checkpoint, now?: Date): Codec {
  return createCodec(files, { endIds: config.eosTokenIds, where: name, now });
}

/** The chat template in use, as text. */
export async function templateOf({ files }: Checkpoint, templateFile?: string): Promise<string | undefined> {
  return templateFile === undefined ? chatTemplate(files) : readTemplate(templateFile);
}

async function readTemplate(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'missing-file',
      what: 'The template cannot be read',
      where: path,
      todo: 'Check data.template.',
    });
  });
}

function limitLength(
  made: readonly (Sequence | null)[],
  openings: number,
  { maxTokens, overflow }: RunConfig['data'],
): Part {
  const counts: PartCounts = {
    dialogues: made.length,
    sequences: 0,
    tokens: 0,
    labels: 0,
    nothingToLearn: 0,
    openings,
    tooLong: 0,
    tokensLost: 0,
    labelsLost: 0,
  };
  const sequences: Sequence[] = [];
  for (const whole of made) {
    const long = whole !== null && whole.ids.length > maxTokens;
    const kept = long ? (overflow === 'truncate' ? cut(whole, maxTokens) : null) : whole;
    const labels = kept ? labelCount(kept) : 0;
    if (!whole) counts.nothingToLearn++;
    if (long) {
      counts.tooLong++;
      counts.tokensLost += whole.ids.length - (kept?.ids.length ?? 0);
      counts.labelsLost += labelCount(whole) - labels;
    }
    if (!kept || labels === 0) continue;
    sequences.push(kept);
    counts.sequences++;
    counts.tokens += kept.ids.length;
    counts.labels += labels;
  }
  return { sequences, counts };
}

/** The counts as lines for a person. */
export function describeParts(
  { train, eval: held, bad, notes }: Prepared,
  { maxTokens, overflow }: RunConfig['data'],
): string {
  const line = (name: string, { counts: c }: Part): string => {
    const lost =
      c.tooLong > 0
        ? `; ${c.tooLong} longer than ${maxTokens} tokens were ${overflow === 'truncate' ? 'cut' : 'left out'}, ${c.tokensLost} tokens and ${c.labelsLost} labels lost`
        : '';
    const openings =
      c.openings > 0
        ? `; the supporter opens ${c.openings}, and what is said before the seeker is left out, because the chat template begins with the user`
        : '';
    const empty = c.nothingToLearn > 0 ? `; ${c.nothingToLearn} without a supporter turn` : '';
    return `${name}: ${c.sequences} of ${c.dialogues} dialogues, ${c.tokens} tokens, ${c.labels} of them learnt${lost}${openings}${empty}`;
  };
  return [
    ...notes,
    line('train', train),
    line('eval', held),
    ...(bad.length > 0 ? [`${bad.length} malformed records left out:`, ...bad] : []),
  ].join('\n');
}
