import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBuiltInDataset } from '../src/node/dataset-file.ts';
import { KEY_UPOS } from '../src/core/compression/representation.ts';
import { loadRepresentation } from '../src/core/compression/load.ts';
import type { Representation } from '../src/core/compression/representation.ts';
import { ENGLISH_STOPWORDS } from '../src/core/compression/stopwords-english.ts';
import { hasShared, readJsonLinesGz } from '../tests/harness/shared.ts';
import { runPython } from './python-run.ts';

const ESCONV = 'data/esconv/esconv_test.jsonl.gz';
const ROUNDS = 3;

interface PythonRun {
  seconds: Record<'keypos' | 'nostopwords', number>;
  model: string;
  spacy: string;
}

/**
 * `npm run bench -- compress`: every utterance of a corpus under KeyPOS and NoStopwords on one thread, compared with
 * spaCy and NLTK.
 */
export async function benchCompress(): Promise<void> {
  const { texts, source } = await corpus();
  console.log(
    `${texts.length} utterances (${source}); ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} ` +
      `cores, Node ${process.version}`,
  );

  const input = join(tmpdir(), `bench-compress-${process.pid}.json`);
  await writeFile(input, JSON.stringify({ texts, stopwords: ENGLISH_STOPWORDS, keep: KEY_UPOS, rounds: ROUNDS }));
  const python = await runPython<PythonRun>('compress.py', [input], 'compress').finally(() => rm(input));
  console.log(`spaCy ${python.spacy}, ${python.model}\n`);

  const peers = { keypos: 'spaCy', nostopwords: 'NLTK' } as const;
  for (const id of ['keypos', 'nostopwords'] as const) {
    const own = timed(await loadRepresentation(id), texts);
    const each = (seconds: number): string =>
      `${seconds.toFixed(3).padStart(8)} s  ${((1000 * seconds) / texts.length).toFixed(3)} ms per utterance`;
    console.log(`${id.padEnd(12)} ${peers[id].padEnd(10)} ${each(python.seconds[id])}`);
    console.log(`${''.padEnd(12)} Solace Lab ${each(own)}  ${(python.seconds[id] / own).toFixed(1)} x`);
  }
}

/** Seconds of the best round, after one to warm up. */
function timed({ compress }: Representation, texts: readonly string[]): number {
  let best = Infinity;
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    for (const text of texts) compress(text);
    if (round > 0) best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

/** Distinct utterances, so that no cache helps. */
async function corpus(): Promise<{ texts: string[]; source: string }> {
  const shared = hasShared(ESCONV);
  const all = shared
    ? readJsonLinesGz<{ dialog: { text: string }[] }>(ESCONV).flatMap(({ dialog }) => dialog.map(({ text }) => text))
    : (await readBuiltInDataset()).dialogues.flatMap(({ utterances }) => utterances.map(({ text }) => text));
  return {
    texts: [...new Set(all)].filter((text) => text.trim() !== ''),
    source: shared ? 'ESConv test' : 'the Solace corpus',
  };
}
