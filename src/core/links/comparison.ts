import { comparisonSchema, type Comparison } from '../conversation/comparison.ts';
import { LabError } from '../error.ts';
import { tryParseJson } from '../json.ts';
import { uniqueId } from '../unique-id.ts';
import { LONGEST_PACKED, pack, unpack } from './packed.ts';

const linkedSchema = comparisonSchema.omit({ id: true, createdAt: true });

/**
 * A comparison with its replies, packed for a link. If it is too long, what the model saw is left out.
 * @throws {LabError} `quota` when it is too long all the same.
 */
export async function packComparison(comparison: Comparison): Promise<string> {
  const linked = linkedSchema.parse(comparison);
  const short = { ...linked, columns: linked.columns.map((column) => ({ ...column, messages: [] })) };
  for (const each of [linked, short]) {
    const packed = await pack(JSON.stringify(each));
    if (packed.length <= LONGEST_PACKED) return packed;
  }
  throw new LabError({
    code: 'quota',
    where: 'This comparison',
    what: 'It is too long for a link.',
    todo: 'Save it as a file instead.',
  });
}

/**
 * The comparison in a link, with an id of its own.
 * @throws {LabError} `bad-data` when it cannot be read.
 */
export async function unpackComparison(packed: string): Promise<Comparison> {
  const text = await unpack(packed);
  const read = linkedSchema.safeParse(tryParseJson(text));
  if (!read.success) {
    throw new LabError({
      code: 'bad-data',
      where: 'The link',
      what: 'It holds no comparison that this version of the lab can read.',
      todo: 'Reload the page to get the newest version, or ask for the link again.',
    });
  }
  return { ...read.data, id: uniqueId(), createdAt: Date.now() };
}
