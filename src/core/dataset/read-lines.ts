import type { Collector } from './collect.ts';
import type { DailyLabels } from './formats/dailydialog.ts';
import { readDailyLine } from './formats/dailydialog.ts';
import { empatheticDialogue, readEmpatheticRow, type EmpatheticRow } from './formats/empathetic.ts';
import { BadRecord } from './formats/format.ts';
import { MAX_RECORD } from './limits.ts';
import { LineSplitter } from './lines.ts';

/** Numbers of each line of a DailyDialog label file, e.g. `dialogues_act.txt`. */
export async function readLabels(pieces: AsyncIterable<string>): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { line } of linesOf(pieces))
    rows.push(
      line
        .split(/\s+/)
        .filter((part) => part !== '')
        .map(Number),
    );
  return rows;
}

/** DailyDialog as published: one dialogue per line. Labels, if any, are on the same line of separate files. */
export async function readDailyText(
  pieces: AsyncIterable<string>,
  {
    name,
    labels,
    collector,
  }: { name: string; labels: Partial<Record<keyof DailyLabels, number[][] | undefined>>; collector: Collector },
): Promise<void> {
  for await (const { line, number } of linesOf(pieces)) {
    if (line.trim() === '') continue;
    const { act, emotion } = labels;
    const place = `${name} line ${number}`;
    collector.take(place, collector.nextId(place), () =>
      readDailyLine(short(line), {
        act: act && (act[number - 1] ?? []),
        emotion: emotion && (emotion[number - 1] ?? []),
      }),
    );
  }
}

/** EmpatheticDialogues as published: one utterance per row, the rows of a conversation together. */
export async function readEmpatheticCsv(
  pieces: AsyncIterable<string>,
  { name, collector }: { name: string; collector: Collector },
): Promise<void> {
  let rows: EmpatheticRow[] = [];
  let began = 0;
  let headed = false;
  const close = (): void => {
    const whole = rows;
    rows = [];
    if (whole.length === 0) return;
    const place = `${name} line ${began}`;
    collector.take(place, collector.nextId(place), () => empatheticDialogue(whole));
  };
  for await (const { line, number } of linesOf(pieces)) {
    if (line.trim() === '') continue;
    if (!headed) {
      headed = true;
      continue;
    }
    try {
      const row = readEmpatheticRow(short(line));
      if (row.conversation !== rows[0]?.conversation) close();
      if (rows.length === 0) began = number;
      rows.push(row);
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error;
      collector.refuse(`${name} line ${number}`, error.message);
    }
  }
  close();
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<{ line: string; number: number }, void> {
  const splitter = new LineSplitter();
  let number = 0;
  for await (const piece of pieces) for (const line of splitter.push(piece)) yield { line, number: ++number };
  for (const line of splitter.end()) yield { line, number: ++number };
}

function short(line: string): string {
  if (line.length > MAX_RECORD)
    throw new BadRecord(`The line is longer than ${MAX_RECORD / 2 ** 20} million characters.`);
  return line;
}
