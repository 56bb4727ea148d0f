import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { compressCommand } from './compress.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'lab-compress-'))));
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function compress(texts: unknown, ...options: string[]): Promise<{ lines: unknown[]; said: string }> {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const path = join(folder, 'texts.json');
  await writeFile(path, JSON.stringify(texts));
  const lines: unknown[] = [];
  const print = (line: string): void => void lines.push(JSON.parse(line));
  await compressCommand.run(['--texts', path, ...options], print, new AbortController().signal);
  return { lines, said: stderr.mock.calls.map(([text]) => String(text)).join('') };
}

describe('lab compress', () => {
  it('prints [start, end, keep] in code points, one line per text', async () => {
    const { lines, said } = await compress(['😀 I feel so alone', ''], '--method', 'nostopwords');
    expect(lines).toEqual([
      [
        [0, 1, 1],
        [2, 3, 0],
        [4, 8, 1],
        [9, 11, 0],
        [12, 17, 1],
      ],
      [],
    ]);
    expect(said).toBe('');
  });

  it('says how many texts stay as written, because they are not English', async () => {
    const german = 'Ich fühle mich heute sehr allein und weiß nicht, mit wem ich darüber sprechen soll.';
    const { lines, said } = await compress(['I feel so alone today', german], '--method', 'nostopwords');
    expect(said).toMatch(/knows only English; 1 of 2 texts stay as written\./);
    expect((lines[1] as [number, number, number][]).every(([, , keep]) => keep === 1)).toBe(true);
  });

  it('refuses what is not a list of texts', async () => {
    await expect(compress({ text: 'a' }, '--method', 'keypos')).rejects.toMatchObject({ code: 'bad-data' });
    await expect(compress(['a'], '--method', 'raw')).rejects.toThrow(/nostopwords/);
  });
});
