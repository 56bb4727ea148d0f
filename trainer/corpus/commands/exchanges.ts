import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { writeExchangeIndex } from '../../../src/core/assist/exchange-index.ts';
import { EXCHANGES_DATASET, EXCHANGES_FILE, exchangesOf } from '../../../src/core/assist/exchanges.ts';
import { embedderOf } from '../../../src/core/embedding/embedder.ts';
import { defineCommand } from '../../../src/node/command-options.ts';
import { readBuiltInDataset } from '../../../src/node/dataset-file.ts';
import { loadFolderEncoder } from '../../../src/node/encoder-node.ts';

const OUT = fileURLToPath(new URL(`../../../public/dialogues/${EXCHANGES_FILE}`, import.meta.url));

export const exchangesCommand = defineCommand({
  summary: "Write the embeddings of the training part's exchanges, by which the chat finds similar ones.",
  options: {
    out: { kind: 'text', value: 'FILE', otherwise: `public/dialogues/${EXCHANGES_FILE}`, about: 'The file to write.' },
  },
  examples: [''],
  async run({ out = OUT }, print, signal) {
    const exchanges = exchangesOf((await readBuiltInDataset(EXCHANGES_DATASET)).dialogues);
    const encoder = await loadFolderEncoder();
    const texts = exchanges.map(({ seeker }) => seeker);
    const embeddings = await embedderOf(encoder).embed(texts, signal);
    await encoder.release();
    const bytes = writeExchangeIndex(exchanges, embeddings);
    await writeFile(out, bytes);
    print(`${exchanges.length} exchanges, ${bytes.length} bytes: ${out}`);
  },
});
