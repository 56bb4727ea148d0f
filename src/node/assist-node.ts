import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Lazy } from '../core/async/memoised.ts';
import type { Assist } from '../core/assist/assist.ts';
import { createAssist } from '../core/assist/create.ts';
import { openExchangeIndex } from '../core/assist/exchange-index.ts';
import { EXCHANGES_DATASET, EXCHANGES_FILE, exchangesOf } from '../core/assist/exchanges.ts';
import { embedderOf } from '../core/embedding/embedder.ts';
import weights from '../core/assist/ranker.json' with { type: 'json' };
import { readBuiltInDataset } from './dataset-file.ts';
import { loadFolderEncoder } from './encoder-node.ts';

const INDEX = fileURLToPath(new URL(`../../public/dialogues/${EXCHANGES_FILE}`, import.meta.url));

/** Assistance for Node, with the encoder that comes with the lab. */
export async function openNodeAssist(): Promise<Assist & { release(): Promise<void> }> {
  const encoder = await loadFolderEncoder();
  const index = new Lazy(async () => {
    const [{ dialogues }, bytes] = await Promise.all([readBuiltInDataset(EXCHANGES_DATASET), readFile(INDEX)]);
    return openExchangeIndex(new Uint8Array(bytes), exchangesOf(dialogues), INDEX);
  });
  const assist = createAssist({ embedder: embedderOf(encoder), encoder, index: () => index.get(), weights });
  return { ...assist, release: () => encoder.release() };
}
