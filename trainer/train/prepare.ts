import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { withTemplate } from '../../src/core/formats/checkpoint/settle.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { loadRepresentation } from '../../src/core/compression/load.ts';
import { chatTokenizerOf } from '../../src/core/tokenizer/chat-tokenizer.ts';
import { prepareDialogues, requireSequences, type Part, type PrepareOptions } from '../../src/core/training/prepare.ts';
import { randomSplit, stratifiedSplit, type Split } from '../../src/core/training/split.ts';
import { readTemplate } from '../files/read-template.ts';
import type { RunConfig } from './config.ts';
import { dateOf } from './run-date.ts';
import { readDialogues, type FileDialogue } from './dialogues.ts';

export interface Prepared {
  train: Part;
  eval: Part;
  /** Dialogues of another dataset, whose loss is logged as well. */
  transfer: Part;
  /** Malformed records that were left out. */
  bad: string[];
  /** Notes on what was done differently from the settings. */
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
  const parts = { ...(await readParts(config)), transfer: await readTransfer(config) };
  const spoken = await withTemplateFile(checkpoint, data.template);
  const templateNotes = (spoken.notes ?? []).filter((note) => !checkpoint.notes?.includes(note));
  const { compress } = await loadRepresentation(data.representation);
  const total = parts.train.length + parts.eval.length + parts.transfer.length;
  let done = 0;
  const options: PrepareOptions = {
    tokenizer: chatTokenizerOf(spoken.files, spoken.name),
    endIds: spoken.config.eosTokenIds,
    now: dateOf(config),
    compress: (text) => compress(text).text,
    labels: data.labels,
    strategies: data.strategies,
    system: data.system,
    maxTokens: data.maxTokens,
    overflow: data.overflow,
    template: data.template ?? `the chat template of ${checkpoint.name}`,
    onDialogue: () => onProgress(++done, total),
    signal,
  };
  const prepared = {
    train: await prepareDialogues(parts.train, options),
    eval: await prepareDialogues(parts.eval, options),
    transfer: await prepareDialogues(parts.transfer, options),
    bad: parts.bad,
    notes: [...parts.notes, ...templateNotes],
  };
  requireSequences(prepared.train, data.maxTokens, data.train.join(', '));
  return prepared;
}

/** The dialogues to train on and to evaluate on. */
export async function readParts({
  data,
}: RunConfig): Promise<{ train: FileDialogue[]; eval: FileDialogue[]; bad: string[]; notes: string[] }> {
  const { dialogues, bad } = await readDialogues(data.train, data.format, data.skipBad);
  const limited = (list: FileDialogue[], limit = Infinity): FileDialogue[] => list.slice(0, limit);
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
  const pick = (indices: readonly number[]): FileDialogue[] => indices.flatMap((i) => dialogues[i] ?? []);
  return {
    train: limited(pick(split.train), data.trainLimit),
    eval: limited(pick(split.test), data.evalLimit),
    bad,
    notes,
  };
}

async function readTransfer({ data }: RunConfig): Promise<FileDialogue[]> {
  if (!data.transfer) return [];
  const { dialogues } = await readDialogues(data.transfer, data.transferFormat ?? data.format, data.skipBad);
  return dialogues.slice(0, data.transferLimit);
}

/** Stratified if every class has enough members, otherwise random. */
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
  return templateFile === undefined
    ? checkpoint
    : withTemplate(checkpoint, await readTemplate(templateFile, 'data.template'));
}

/** The chat template in use, as text. */
export async function templateOf({ files }: Checkpoint, templateFile?: string): Promise<string | undefined> {
  return templateFile === undefined ? chatTemplate(files) : readTemplate(templateFile, 'data.template');
}

/** The counts as readable lines. */
export function describeParts(
  { train, eval: held, transfer, bad, notes }: Prepared,
  { maxTokens, overflow }: RunConfig['data'],
): string {
  const line = (name: string, { counts: c }: Part): string => {
    const lost =
      c.tooLong > 0
        ? `; ${c.tooLong} longer than ${maxTokens} tokens were ${overflow === 'truncate' ? 'cut' : 'left out'}, ` +
          `${c.tokensLost} tokens and ${c.labelsLost} labels lost`
        : '';
    const openings =
      c.openings > 0
        ? `; the supporter opens ${c.openings}, and what is said before the seeker is left out, because the chat ` +
          'template begins with the user'
        : '';
    const empty = c.nothingToLearn > 0 ? `; ${c.nothingToLearn} without a supporter turn` : '';
    return (
      `${name}: ${c.sequences} of ${c.dialogues} dialogues, ${c.tokens} tokens, ${c.labels} of them ` +
      `learnt${lost}${openings}${empty}`
    );
  };
  return [
    ...notes,
    line('train', train),
    line('eval', held),
    ...(transfer.counts.dialogues > 0 ? [line('transfer', transfer)] : []),
    ...(bad.length > 0 ? [`${bad.length} malformed records left out:`, ...bad] : []),
  ].join('\n');
}
