import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../src/core/error.ts';
import { parseJson } from '../../src/core/json.ts';

/** What a reading answers. */
export const situationsSchema = z.array(
  z.object({
    id: z.string(),
    messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() })).min(1),
  }),
);
const repliesSchema = z.object({
  decoding: z.looseObject({}),
  /** SHA-256 of each model's manifest by its name, which is its folder's. */
  models: z.record(z.string(), z.string()),
  situations: situationsSchema,
  /** By situation, then by model. */
  replies: z.record(z.string(), z.record(z.string(), z.string())),
});
export type Replies = z.infer<typeof repliesSchema>;

/** @throws {LabError} `bad-file` when the file is not what `writeReading` writes. */
export async function readReplies(out: string): Promise<Replies> {
  const path = join(out, 'replies.json');
  const parsed = repliesSchema.safeParse(parseJson(await readFile(path, 'utf8'), path));
  if (parsed.success) return parsed.data;
  throw new LabError({
    code: 'bad-file',
    where: path,
    what: z.prettifyError(parsed.error),
    todo: 'Restore it, or move it away and write it again with npm run bench -- reading.',
  });
}
