import type { Page } from 'playwright-core';
import type { ChatMessage } from '../../src/core/context/message.ts';
import type { EngineId, TokenScore } from '../../src/core/engine/engine.ts';
import type * as models from './engine-page/models.ts';
import type { Visit } from './visit.ts';

declare global {
  /** Set by engine-page/main.ts, in the page. */
  var solace: typeof models;
}

/** What the page keeps between calls. */
export type InPage = { model: Awaited<ReturnType<typeof models.loadModel>> };

/** In the page: loads a model and keeps it for the calls below. */
export async function load(
  page: Page,
  where: { url?: string; engine?: EngineId; device?: 'webgpu' | 'wasm' },
): Promise<EngineId> {
  return page.evaluate(async ({ url, engine, device }) => {
    const id = url ? (await solace.addFromUrl(new URL(url, location.href).href)).id : solace.EMBEDDED_MODEL_ID;
    const model = await solace.loadModel(id, { ...(device ? { device } : {}), ...(engine ? { engine } : {}) });
    Object.assign(globalThis, { model });
    return model.info.engine;
  }, where);
}

/** In the page: the text of a reply to these messages. */
export function reply(page: Page, messages: ChatMessage[], maxNewTokens: number, temperature = 0): Promise<string> {
  return page.evaluate(
    async ({ messages, maxNewTokens, temperature }) => {
      const { model } = globalThis as unknown as InPage;
      let text = '';
      for await (const event of model.stream(messages, { temperature, topK: 50, topP: 0.95, maxNewTokens, seed: 7 })) {
        if (event.type === 'text') text += event.text;
      }
      return text;
    },
    { messages, maxNewTokens, temperature },
  );
}

/** In the page: the likelihood of every token of a text. */
export const score = (page: Page, text: string): Promise<TokenScore[]> =>
  page.evaluate(async (text) => {
    const { scorer } = (globalThis as unknown as InPage).model;
    if (!scorer) throw new Error('The model cannot score.');
    return scorer.score(text);
  }, text);

/** In the page: unloads the model. */
export const unload = (page: Page): Promise<void> =>
  page.evaluate(() => (globalThis as unknown as InPage).model.unload());

/** What the debugging protocol reports, in bytes. */
interface HeapUsage {
  usedSize: number;
  /** Of array buffers. */
  backingStorageSize?: number;
}

/** Measures the heap of a page after a garbage collection, in bytes; the memory of workers is released with them. */
export async function heapMeter({ context, page }: Visit): Promise<() => Promise<number>> {
  const session = await context.newCDPSession(page);
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as HeapUsage;
    return usedSize + (backingStorageSize ?? 0);
  };
}
