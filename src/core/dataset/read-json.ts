import { LabError } from '../error.ts';
import type { Collector } from './collect.ts';
import { FORMATS, type FormatId } from './formats/index.ts';
import { isRecord, refuseHuge, type JsonRecord } from './formats/format.ts';
import { recordSplitter, type RecordText } from './json-records.ts';

/** A format must be recognised within this many records. */
const LOOK_AT = 1000;

/**
 * Reads the JSON records of a file. Without `format`, the first record that a format recognises decides for all.
 * @throws {LabError} `bad-data` when no format recognises any record.
 */
export async function readJson(
  pieces: AsyncIterable<string>,
  {
    name,
    head,
    format,
    collector,
  }: { name: string; head: string; format?: FormatId | undefined; collector: Collector },
): Promise<FormatId> {
  const splitter = recordSplitter(head);
  const waiting: { place: Place; json: JsonRecord }[] = [];
  let known = format;
  let number = 0;

  const read = ({ id, place }: Place, json: JsonRecord, by: FormatId): void =>
    collector.take(place, id, () => {
      refuseHuge(json);
      return FORMATS[by].read(json);
    });
  const take = (record: RecordText): void => {
    const { location, place: where } = placeOf(name, record.line, splitter.byLine ? undefined : ++number);
    const place = { place: where, id: collector.nextId(location) };
    const { json, reason } = record.problem === undefined ? parse(record.text) : { reason: record.problem };
    if (reason !== undefined) {
      collector.refuse(place.place, reason);
      return;
    }
    if (!isRecord(json)) {
      collector.refuse(place.place, 'It is not a JSON object.');
      return;
    }
    known ??= recognise(json);
    if (known) {
      for (const earlier of waiting.splice(0)) read(earlier.place, earlier.json, known);
      read(place, json, known);
    } else if (waiting.push({ place, json }) > LOOK_AT) throw unrecognised(name, waiting[0]?.json, collector);
  };

  for await (const piece of pieces) for (const record of splitter.push(piece)) take(record);
  for (const record of splitter.end()) take(record);
  if (!known) throw unrecognised(name, waiting[0]?.json, collector);
  return known;
}

interface Place {
  id: string;
  place: string;
}

function placeOf(name: string, line: number, number: number | undefined): { location: string; place: string } {
  if (number === undefined) return { location: `${name} line ${line}`, place: `${name} line ${line}` };
  return { location: `${name} record ${number}`, place: `${name} record ${number} (line ${line})` };
}

function parse(text: string): { json?: unknown; reason?: string } {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return { reason: `It is not JSON: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

function recognise(json: JsonRecord): FormatId | undefined {
  return (Object.keys(FORMATS) as FormatId[]).find((id) => FORMATS[id].recognises(json));
}

function unrecognised(where: string, first: JsonRecord | undefined, { bad: [fault] }: Collector): LabError {
  const fields = first && Object.keys(first).slice(0, 8).join(', ').slice(0, 200);
  const seen =
    fields !== undefined
      ? `Its first record has the fields ${fields || '(none)'}.`
      : fault
        ? `Its first record: ${fault.reason}`
        : 'It is empty.';
  return new LabError({
    code: 'bad-data',
    where,
    what: `No dialogue of a known format was found. ${seen}`,
    todo:
      'Known are ESConv, ExTES, DailyDialog, EmpatheticDialogues, chat messages (OpenAI, ShareGPT, ChatML) and the ' +
      'lab’s own lines.',
  });
}
