import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise } from '../../tests/harness/tiny-model.ts';
import { pack } from './pack.ts';

const run = promisify(execFile);
const python = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

let root = '';
/** Bytes that do not shrink. */
const WEIGHTS = Buffer.from(Float32Array.from({ length: 50_000 }, noise(1)).buffer);
const PART_BYTES = 60_000;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gpu-pack-'));
  await mkdir(join(root, 'from/page'), { recursive: true });
  await writeFile(join(root, 'from/page/weights'), WEIGHTS);
  await writeFile(join(root, 'from/run.sh'), 'echo hello\n');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const joinParts = (parts: string, target: string) => run('python3', ['-B', join(parts, 'join.py'), parts, target]);

describe('a pack', () => {
  it('has parts no larger than wanted, with their hashes', async () => {
    const out = join(root, 'parts');
    const { archive, parts } = await pack(join(root, 'from'), out, [], PART_BYTES);
    expect(parts.length).toBeGreaterThan(2);
    let sum = 0;
    for (const { name, bytes, sha256 } of parts) {
      const data = await readFile(join(out, name));
      expect(data.length).toBe(bytes);
      expect(bytes).toBeLessThanOrEqual(PART_BYTES);
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
      sum += bytes;
    }
    expect(sum).toBe(archive.bytes);
    expect((await readdir(out)).sort()).toEqual([...parts.map(({ name }) => name), 'join.py', 'parts.json'].sort());
  });

  it('is not written among other files', async () => {
    const out = join(root, 'mine');
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'mine');
    await expect(pack(join(root, 'from'), out)).rejects.toThrow(/thesis\.txt/);
    expect(await readdir(out)).toEqual(['thesis.txt']);
  });

  it.runIf(python)('is joined from its parts, and refused if one is missing or has changed', async () => {
    const out = join(root, 'again');
    const { parts } = await pack(join(root, 'from'), out, [], PART_BYTES);
    await joinParts(out, join(root, 'to'));
    expect(WEIGHTS.equals(await readFile(join(root, 'to/page/weights')))).toBe(true);
    expect(await readFile(join(root, 'to/run.sh'), 'utf8')).toBe('echo hello\n');

    const second = join(out, parts[1]?.name ?? '');
    const right = await readFile(second);
    await writeFile(second, Buffer.from(right.map((byte, i) => (i === 0 ? byte ^ 1 : byte))));
    await expect(joinParts(out, join(root, 'wrong'))).rejects.toThrow(/\.01 differs/);
    await rm(second);
    await expect(joinParts(out, join(root, 'wrong'))).rejects.toThrow(/lacks .*\.01/);
    expect((await readdir(root)).includes('wrong')).toBe(false);
  });
});
