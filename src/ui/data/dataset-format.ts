import type { DatasetSummary } from '../../lab/index.ts';
import { bytes } from '../components/format.ts';
import { dataTexts } from '../texts/data.ts';

const FORMAT_NAMES: Record<Exclude<DatasetSummary['format'], keyof typeof dataTexts.formats>, string> = {
  esconv: 'ESConv',
  extes: 'ExTES',
  dailydialog: 'DailyDialog',
  empathetic: 'EmpatheticDialogues',
};

/** Facts about a dataset, a few words each. */
export function factsOf({ format, dialogues, utterances, bytes: size, badCount }: DatasetSummary): string[] {
  return [
    dataTexts.dialogues(dialogues),
    dataTexts.utterances(utterances),
    format === 'chat' || format === 'lab' ? dataTexts.formats[format] : FORMAT_NAMES[format],
    ...(size > 0 ? [bytes(size)] : []),
    ...(badCount > 0 ? [dataTexts.leftOut(badCount)] : []),
  ];
}

/** A survey's question in words: `final_emotion_intensity` → `final emotion intensity`. */
export const question = (key: string): string => key.replaceAll('_', ' ');
