import { valueText } from '../texts/labels.ts';

/** A difference with its sign. */
export const differenceText = (name: string, value: number | null): string =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${valueText(name, value)}`;
