import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDialogues } from './dialogues.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dialogues-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('readDialogues', () => {
  it('reads the dialogues that come with the lab, with the scene as the stratum of a split', async () => {
    const { dialogues, bad } = await readDialogues(
      [join(import.meta.dirname, '../../public/dialogues/solace-72.json')],
      'extes',
      false,
    );
    expect(bad).toEqual([]);
    expect(dialogues).toHaveLength(72);
    expect(new Set(dialogues.map(({ stratum }) => stratum)).size).toBe(36);
  });

  it('recognises the format if it is auto', async () => {
    const path = await write(
      'chat.jsonl',
      '{"stratum": "work", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "Hi"}, ' +
        '{"role": "assistant", "content": "Hello"}]}',
    );
    expect((await readDialogues([path], 'auto', false)).dialogues).toEqual([
      {
        id: 'chat.jsonl line 1',
        stratum: 'work',
        utterances: [
          { speaker: 'seeker', text: 'Hi' },
          { speaker: 'supporter', text: 'Hello' },
        ],
      },
    ]);
  });

  it('lists eight malformed records and counts the others', async () => {
    const path = await write('bad.jsonl', '{"dialog": 3}\n'.repeat(20));
    const failure = await readDialogues([path], 'esconv', false).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/20 of 20 records.*bad\.jsonl line 8: .*\nand 12 more/s);
    await expect(readDialogues([path], 'esconv', true)).rejects.toThrow('no dialogue');
    await expect(readDialogues([join(folder, 'none.jsonl')], 'esconv', true)).rejects.toMatchObject({
      code: 'missing-file',
    });
  });
});
