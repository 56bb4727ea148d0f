import type { Dialogue } from '../dialogue.ts';
import { readDataset, type ReadDataset } from '../read.ts';

/** A file of a dataset. */
export const file = (content: string | Uint8Array<ArrayBuffer>, name = 'data.jsonl'): File => new File([content], name);

/** Reads one file with this text. */
export const readText = (text: string, name?: string): Promise<ReadDataset> => readDataset([file(text, name)]);

/** The utterances as lines "speaker: text". */
export const texts = (dialogue: Dialogue | undefined): string[] =>
  (dialogue?.utterances ?? []).map(({ speaker, text }) => `${speaker}: ${text}`);

/** One record per line; a string stands for itself, so that it may be malformed. */
export const lines = (...records: unknown[]): string =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');

/** A record of ESConv as the lab's shared copy writes it. */
export const ESCONV = {
  emotion_type: 'fear',
  problem_type: 'job crisis',
  situation: 'Short of work.',
  survey_score: { seeker: { empathy: '5', relevance: '', final_emotion_intensity: 'n/a' }, supporter: {} },
  dialog: [
    { text: 'Hello.', speaker: 'sys', strategy: 'Question' },
    { text: 'I may lose my place.', speaker: 'usr' },
  ],
};
