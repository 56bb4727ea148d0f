import type { DatasetSummary } from '../../lab/index.ts';
import { bytes, count } from '../components/format.ts';

const FORMAT_NAMES: Record<DatasetSummary['format'], string> = {
  esconv: 'ESConv',
  extes: 'ExTES',
  dailydialog: 'DailyDialog',
  empathetic: 'EmpatheticDialogues',
  chat: 'chat messages',
  lab: 'the lab’s own format',
};

/** Facts about a dataset, a few words each. */
export function factsOf({ format, dialogues, utterances, bytes: size, badCount }: DatasetSummary): string[] {
  return [
    count(dialogues, 'dialogue'),
    count(utterances, 'utterance'),
    FORMAT_NAMES[format],
    ...(size > 0 ? [bytes(size)] : []),
    ...(badCount > 0 ? [`${count(badCount, 'record')} left out`] : []),
  ];
}

/** A number with one decimal; a dash for NaN. */
export const oneDecimal = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : '–');

/** A survey's question in words: `final_emotion_intensity` → `final emotion intensity`. */
export const question = (key: string): string => key.replaceAll('_', ' ');
