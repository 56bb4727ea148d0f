import { z } from 'zod';
import { LabError } from '../core/error.ts';
import { checkJson, parseJson } from '../core/json.ts';
import { HIGHEST } from '../core/judge/criteria.ts';
import { PROMPT_IDS } from '../core/judge/prompts.ts';
import { openWorkFolder, type WorkFolder } from './work-folder.ts';

/** The settings of a judge, which must be equal for two verdicts to belong together. */
const settingsSchema = z.strictObject({
  format: z.literal('solace-lab-judge'),
  version: z.literal(1),
  /** Folder or name of the judge, and the address of its server. */
  model: z.string(),
  endpoint: z.string().nullable(),
  /** Version of the prompt, see `src/core/judge/prompt.ts`. */
  prompt: z.int(),
  /** The prompt; folders of version 0.2.0 and before do not say, and have the lab's own. */
  wording: z.enum(PROMPT_IDS).default('lab'),
  weighted: z.boolean(),
  repeats: z.int(),
  temperature: z.number(),
  seed: z.int(),
  /** SHA-256 of the files of dialogues, and how many were drawn from each. */
  good: z.string(),
  failed: z.string(),
  dialogues: z.int(),
});
export type JudgeSettings = z.output<typeof settingsSchema>;

const score = z.number().min(0).max(HIGHEST);
const scores = z.object({ engagement: score, comforting: score, appropriateness: score, suggestion: score });
const count = z.int().nonnegative();

/** The verdict on one dialogue: a line of `verdicts.jsonl`. */
export const judgedLineSchema = z.object({
  group: z.enum(['good', 'failed']),
  dialogue: z.string(),
  scores: scores.nullable(),
  rounds: z.array(scores),
  variance: z.record(z.string(), z.number()).nullable(),
  refused: count,
  unreadable: count,
  repaired: count,
  /** Every raw answer. */
  answers: z.array(z.object({ round: count, attempt: count, text: z.string(), withheld: z.string().optional() })),
  /** What was wrong, if the dialogue could not be sent to the judge. */
  error: z.string().optional(),
});
export type JudgedLine = z.output<typeof judgedLineSchema>;

export const JUDGE_SUMMARY = 'summary.json';

/**
 * The folder of `lab judge`: `judge.json` (its settings), `verdicts.jsonl` (one line per dialogue) and `summary.json`.
 * @throws {LabError} as `openWorkFolder` does; `bad-config` also if the judge had other settings before.
 */
export function openJudgeFolder(out: string, settings: JudgeSettings, force = false): Promise<WorkFolder<JudgedLine>> {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  return openWorkFolder(out, {
    task: {
      file: 'judge.json',
      text,
      compare(before, path) {
        const different = differenceOf(before, path, settings);
        if (different === undefined) return;
        throw new LabError({
          code: 'bad-config',
          where: out,
          what: `The folder contains verdicts with another ${different}.`,
          todo: 'Choose another folder with --out, or give the same options again.',
        });
      },
    },
    lines: { file: 'verdicts.jsonl', schema: judgedLineSchema, what: 'verdict of a judge' },
    others: [JUDGE_SUMMARY],
    force,
  });
}

function differenceOf(before: string, path: string, settings: JudgeSettings): string | undefined {
  const refusal = {
    code: 'bad-file',
    what: 'It does not contain the settings of a judge',
    todo: 'Choose another folder with --out.',
  } as const;
  const stored = checkJson(settingsSchema, parseJson(before, path, refusal), path, refusal);
  return (Object.keys(settings) as (keyof JudgeSettings)[]).find((key) => stored[key] !== settings[key]);
}
