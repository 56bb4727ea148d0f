import { CHAT } from './chat.ts';
import { DAILY_DIALOG } from './dailydialog.ts';
import { EMPATHETIC } from './empathetic.ts';
import { ESCONV } from './esconv.ts';
import { EXTES } from './extes.ts';
import type { RecordFormat } from './format.ts';
import { LAB } from './lab.ts';

export const FORMAT_IDS = ['esconv', 'extes', 'dailydialog', 'empathetic', 'chat', 'lab'] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

/** Each format's name and reader; the first that recognises a record reads it. */
export const FORMATS: Readonly<Record<FormatId, RecordFormat>> = {
  lab: LAB,
  esconv: ESCONV,
  extes: EXTES,
  dailydialog: DAILY_DIALOG,
  empathetic: EMPATHETIC,
  chat: CHAT,
};
