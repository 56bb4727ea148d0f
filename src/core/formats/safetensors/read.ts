import { z } from 'zod';
import { LabError } from '../../error.ts';
import { parseJson } from '../../json.ts';
import type { ByteSource } from '../source.ts';
import { storedBytes, type StoredType } from '../stored.ts';

/** The reference implementation also refuses larger headers. */
const MAX_HEADER = 100_000_000;
const TYPES: Record<string, StoredType> = { F32: 'F32', F16: 'F16', BF16: 'BF16' };

const size = z.number().int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size).max(8), data_offsets: z.tuple([size, size]) });

export interface SafetensorsTensor {
  name: string;
  shape: number[];
  type: StoredType;
  /** Bytes from the start of the file. */
  offset: number;
  bytes: number;
}

/**
 * Reads the header of a safetensors file: eight bytes of length, JSON, then the data without gaps.
 * @param ignored names of tensors to leave out, whatever their type.
 * @throws {LabError} `bad-file` for damage, `unsupported` for types other than F32, F16 and BF16.
 */
export async function readSafetensorsHeader(source: ByteSource, ignored?: RegExp): Promise<SafetensorsTensor[]> {
  const fail = (what: string): LabError =>
    new LabError({
      code: 'bad-file',
      what,
      where: source.name,
      todo: 'The file is damaged or not a safetensors file; download it again.',
    });
  if (source.size < 8) throw fail(`It has ${source.size} bytes, too few for a header.`);
  const first = await source.read(0, 8);
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER, source.size - 8)))
    throw fail(`It claims a header of ${length} bytes, but has ${source.size} in all.`);
  const start = 8 + Number(length);
  const json = parseJson(new TextDecoder().decode(await source.read(8, Number(length))), source.name);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw fail('Its header is not a JSON object.');

  const tensors: SafetensorsTensor[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__' || ignored?.test(name)) continue;
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw fail(`Its entry "${name.slice(0, 200)}" is wrong: ${z.prettifyError(parsed.error)}`);
    const {
      dtype,
      shape,
      data_offsets: [begin, end],
    } = parsed.data;
    const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
    if (!type) {
      throw new LabError({
        code: 'unsupported',
        what: `Tensor "${name}" is stored as ${dtype}, which is not read here.`,
        where: source.name,
        todo: 'Use F32, F16 or BF16 weights.',
      });
    }
    const bytes = storedBytes(
      type,
      shape.reduce((a, b) => a * b, 1),
    );
    if (bytes !== end - begin)
      throw fail(
        `Tensor "${name}" of shape [${shape.join(', ')}] needs ${bytes} bytes, but its range has ${end - begin}.`,
      );
    if (start + end > source.size)
      throw fail(`Tensor "${name}" ends at byte ${start + end}, but the file has ${source.size}.`);
    tensors.push({ name, shape, type, offset: start + begin, bytes });
  }
  const sorted = [...tensors].sort((a, b) => a.offset - b.offset);
  sorted.forEach((tensor, i) => {
    const before = sorted[i - 1];
    if (before && before.offset + before.bytes > tensor.offset)
      throw fail(`Tensors "${before.name}" and "${tensor.name}" overlap.`);
  });
  return tensors;
}
