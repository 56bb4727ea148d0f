import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const utterances = (days: number) => [
  'I am sad',
  'Why is that?',
  `My cat ran off ${days} days ago`,
  'I am sorry',
  'Thanks',
  'Of course',
];

/** Writes a dataset of four dialogues with three replies each into a folder, and returns its path. */
export async function writeChats(folder: string): Promise<string> {
  const path = join(folder, 'chats.jsonl');
  const dialogues = Array.from({ length: 4 }, (_, i) => ({
    messages: utterances(i).map((content, k) => ({ role: k % 2 ? 'assistant' : 'user', content })),
  }));
  await writeFile(path, dialogues.map((each) => JSON.stringify(each)).join('\n'));
  return path;
}

/** The complete records of a JSON Lines file that a command may still be writing; none if there is no file yet. */
export async function readLines(path: string): Promise<Record<string, unknown>[]> {
  return (await readFile(path, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
