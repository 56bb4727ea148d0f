import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../src/core/context/message.ts';
import type { EngineId, TokenScore } from '../src/core/engine/engine.ts';
import { baseExport, SOURCE } from './harness/base-export.ts';
import { launch } from './harness/browser.ts';
import { mean } from './harness/decoder.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import type { ServedLab } from './harness/lab.ts';
import { heapMeter, load, reply, score, unload, type InPage } from './harness/page-model.ts';
import { takeSlow } from './harness/slow.ts';
import { exportStrangerModel } from './harness/stranger-model.ts';
import { exportTalkingModel } from './harness/talking-model.ts';
import { readFixture, type ForwardReference } from './harness/fixtures.ts';
import { hasShared, readJsonGz, SHARED } from './harness/shared.ts';
import { visit, type Visit } from './harness/visit.ts';

const EMBEDDED = join(import.meta.dirname, '../public/models/smollm2-135m-instruct/');
const REFERENCE = 'reference/smollm2-forward.json.gz';
// tests/reference-node.test.ts uses the same references by default, without a browser.
const hasReference = takeSlow && hasShared(REFERENCE) && hasShared(SOURCE);

/**
 * Number of conversations scored in the browser, and of those that are continued; tests/reference-node.test.ts uses all
 * of them.
 */
const ROWS = 3;
const GREEDY_ROWS = 1;
/** A busy machine may need this long for half a gigabyte of weights. */
const LARGE = { timeout: 480_000 };

interface ReferenceRow {
  messages: ChatMessage[];
  prompt: string;
  nll: number[];
  greedy32_text: string;
}

let lab: ServedLab;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'solace-engines-'));
  await buildEnginePage();
  lab = await serveEnginePage({
    'models/smollm2-135m-instruct/': EMBEDDED,
    'fp32/': hasReference ? `${await baseExport('fp32')}/` : EMBEDDED,
    'q4/': hasReference ? `${await baseExport('q4')}/` : EMBEDDED,
    'gguf/': join(SHARED, SOURCE, '/'),
    'stranger/': `${await exportStrangerModel(scratch)}/`,
    'tiny/': `${await exportTalkingModel(join(scratch, 'talking'), 'onnx', 'q8')}/`,
  });
}, 240_000);
afterAll(async () => {
  await lab.close();
  await rm(scratch, { recursive: true, force: true });
});

const negative = (scores: TokenScore[]): number[] => scores.slice(1).map(({ logprob }) => -(logprob ?? NaN));
const ask = (content: string): ChatMessage[] => [{ role: 'user', content }];

describe('on Wasm', () => {
  let browser: Browser;
  let guest: Visit;
  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    guest = await visit(browser, lab.url);
  });
  afterAll(() => browser.close());

  it.each<[string, { engine?: EngineId }]>([
    ['with widened weights', {}],
    ['with quantised weights', { engine: 'transformers' }],
  ])('%s, gives the embedded model the likelihoods and the greedy reply of torch', LARGE, async (_, options) => {
    expect(await load(guest.page, { ...options, device: 'wasm' })).toBe('transformers');
    const { rows } = readFixture<ForwardReference>('forward');
    for (const { prompt, nll } of rows) {
      const own = negative(await score(guest.page, prompt));
      expect(own).toHaveLength(nll.length);
      own.forEach((value, i) => expect(Math.abs(value - (nll[i] ?? NaN)), `token ${i}`).toBeLessThan(1e-3));
    }
    const [row] = rows;
    const text = await reply(guest.page, row?.messages ?? [], 12);
    expect(text.length).toBeGreaterThan(10);
    expect(row?.greedy32_text.startsWith(text)).toBe(true);
    await unload(guest.page);
  });

  describe.runIf(hasReference)(`extra: ${REFERENCE} (SOLACE_SLOW=1)`, () => {
    const rows = hasReference ? readJsonGz<{ rows: ReferenceRow[] }>(REFERENCE).rows.slice(0, ROWS) : [];
    const likeliest: (number | undefined)[][] = [];

    it('an fp32 export gives every token its likelihood and the same 32 greedy tokens', LARGE, async ({ annotate }) => {
      await load(guest.page, { url: 'fp32/', engine: 'transformers', device: 'wasm' });
      let worst = 0;
      for (const [r, row] of rows.entries()) {
        const scores = await score(guest.page, row.prompt);
        likeliest.push(scores.map((token) => token.likeliest));
        worst = Math.max(worst, ...negative(scores).map((value, i) => Math.abs(value - (row.nll[i] ?? NaN))));
        if (r >= GREEDY_ROWS) continue;
        const text = await reply(guest.page, row.messages, 32);
        expect(row.greedy32_text.startsWith(text)).toBe(true);
        expect(text.length).toBeGreaterThan(0);
        if (!row.greedy32_text.includes('<|im_end|>')) expect(text).toBe(row.greedy32_text);
      }
      await annotate(
        `fp32 on Wasm: largest difference of a token's negative log-likelihood ${worst.toExponential(2)} nats, ` +
          `32 greedy tokens equal on ${GREEDY_ROWS} prompts`,
      );
      expect(worst).toBeLessThan(1e-3);
      await unload(guest.page);
    });

    it(
      'a q4 export stays within 1.5 % of the mean NLL and agrees on 90 % of next tokens',
      LARGE,
      async ({ annotate }) => {
        await load(guest.page, { url: 'q4/', engine: 'transformers', device: 'wasm' });
        const own: number[] = [];
        let agreed = 0;
        for (const [r, row] of rows.entries()) {
          const scores = await score(guest.page, row.prompt);
          own.push(...negative(scores));
          agreed += scores.slice(1).filter((token, i) => token.likeliest === likeliest[r]?.[i + 1]).length;
        }
        const off = mean(own) / mean(rows.flatMap(({ nll }) => nll)) - 1;
        await annotate(
          `q4 on Wasm: mean NLL ${mean(own).toFixed(4)} (${(100 * off).toFixed(2)} % off); ` +
            `next tokens agree on ${((100 * agreed) / own.length).toFixed(2)} % of ${own.length}`,
        );
        expect(Math.abs(off)).toBeLessThan(0.015);
        expect(agreed / own.length).toBeGreaterThanOrEqual(0.9);
        await unload(guest.page);
      },
    );

    it('runs the GGUF itself with wllama, near the reference', LARGE, async ({ annotate }) => {
      expect(await load(guest.page, { url: 'gguf/SmolLM2-135M-Instruct.Q4_1.gguf' })).toBe('wllama');
      const [row] = rows;
      if (!row) throw new Error('The reference holds no rows.');
      const cut = row.prompt.slice(0, 160);
      const own = negative(await score(guest.page, cut));
      const off = mean(own) / mean(row.nll.slice(0, own.length)) - 1;
      await annotate(`wllama: mean NLL of ${own.length} tokens ${(100 * off).toFixed(2)} % off`);
      expect(Math.abs(off)).toBeLessThan(0.05);
      expect(await reply(guest.page, ask('What is the capital of France?'), 12)).toContain('Paris');
      await unload(guest.page);
    });
  });

  it('answers with llama.cpp, repeatably, and scores with ONNX Runtime', LARGE, async () => {
    expect(await load(guest.page, { url: 'tiny/', device: 'wasm', engine: 'wllama' })).toBe('wllama');
    const first = await reply(guest.page, ask('I feel alone tonight.'), 16, 0.7);
    expect(first).toMatch(/\w/);
    expect(await reply(guest.page, ask('I feel alone tonight.'), 16, 0.7)).toBe(first);
    const scores = await score(guest.page, '<|im_start|>user\nHello there, friend.<|im_end|>');
    expect(scores.every(({ logprob }, i) => (i === 0 ? logprob === null : (logprob ?? 1) <= 0))).toBe(true);
    await unload(guest.page);
  });

  it('reads its files from the device once they are stored', async () => {
    const asked: string[] = [];
    guest.context.on('request', (request) => asked.push(request.url()));
    await load(guest.page, { url: 'tiny/', engine: 'transformers', device: 'wasm' });
    await unload(guest.page);
    expect(asked.filter((url) => /onnx$|onnx_data|tokenizer/.test(url))).toEqual([]);
    const listed = await guest.page.evaluate(() => solace.listModels());
    expect(listed[0]?.storedBytes).toBeGreaterThan(100e6);
    expect(listed.find(({ name }) => name === 'tiny')?.storedBytes).toBeGreaterThan(50e3);
  });

  it('rejects with worker-lost when the worker is killed, and replies on the next request', async () => {
    await load(guest.page, { url: 'tiny/', engine: 'transformers', device: 'wasm' });
    const code = guest.page.evaluate(async () => {
      const { model } = globalThis as unknown as InPage;
      try {
        // The tiny model may complete a reply before its worker is killed.
        for (let n = 0; n < 100; n++) {
          for await (const event of model.stream([{ role: 'user', content: 'Tell me a story.' }], {
            temperature: 0,
            topK: 0,
            topP: 1,
            maxNewTokens: 2000,
            seed: 1,
          })) {
            if (event.type === 'text') Object.assign(globalThis, { speaking: true });
          }
        }
        return 'ended';
      } catch (error) {
        return (error as { code?: string }).code;
      }
    });
    await guest.page.waitForFunction(() => 'speaking' in globalThis);
    for (const worker of guest.page.workers())
      if (/engine/.test(worker.url())) await worker.evaluate(() => self.close()).catch(() => undefined);
    expect(await code).toBe('worker-lost');
    expect(await reply(guest.page, ask('I feel alone tonight.'), 4)).toMatch(/\w/);
    await unload(guest.page);
  });

  it('switches between engines twelve times without growth', LARGE, async ({ annotate }) => {
    const memory = await heapMeter(guest);
    const turn = async (engine?: EngineId) => {
      await load(guest.page, { url: 'tiny/', ...(engine && { engine }), device: 'wasm' });
      await reply(guest.page, ask('Hi'), 2);
      await unload(guest.page);
    };
    const round = async () => {
      await turn();
      await turn('transformers');
      await turn('wllama');
    };
    await round();
    const before = await memory();
    for (let i = 0; i < 3; i++) await round();
    const after = await memory();
    await annotate(`after 3 switches ${Math.round(before / 1e6)} MB, after 12 ${Math.round(after / 1e6)} MB`);
    expect(after - before).toBeLessThan(4e6);
    const engineWorkers = () =>
      guest.page
        .workers()
        .map((worker) => worker.url())
        .filter((url) => /engine/.test(url));
    await expect.poll(engineWorkers, { timeout: 30_000 }).toEqual([]);
  });

  it('violates no policy of the page and contacts no other host', () => {
    expect(guest.errors).toEqual([]);
    expect([...guest.origins]).toEqual([new URL(lab.url).origin]);
  });
});

describe.runIf(takeSlow)('on WebGPU', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch({ webgpu: true });
  });
  afterAll(() => browser.close());

  // The graphics card here is software on two cores, which needs about ten seconds per token.
  it('replies, and does so again after the model was unloaded and reloaded', { timeout: 400_000 }, async () => {
    const { page, errors } = await visit(browser, lab.url);
    const replies: string[] = [];
    for (let round = 0; round < 2; round++) {
      expect(await load(page, { device: 'webgpu' })).toBe('transformers');
      expect(await page.evaluate(() => (globalThis as unknown as InPage).model.info.device)).toBe('webgpu');
      replies.push(
        await reply(
          page,
          [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: 'Hi' },
          ],
          1,
        ),
      );
      await unload(page);
    }
    expect(replies[0]).toMatch(/\w/);
    expect(replies[1]).toBe(replies[0]);
    expect(errors).toEqual([]);
  });
});

describe("a stranger's tokenizer", () => {
  it('is stopped if a pattern does not terminate, and the page still works', { timeout: 120_000 }, async () => {
    const browser = await launch({ webgpu: false });
    try {
      const { page } = await visit(browser, lab.url);
      const seen = await page.evaluate(async () => {
        const { id } = await solace.addFromUrl(new URL('stranger/', location.href).href);
        const tokenizer = await solace.openTokenizer(id);
        let ticks = 0;
        const clock = setInterval(() => ticks++, 100);
        const stuck = await tokenizer
          .countTokens([`${'a'.repeat(60)}!`])
          .catch((error: unknown) => error as { code: string; message: string });
        clearInterval(clock);
        return {
          stuck: Array.isArray(stuck) ? stuck : { code: stuck.code, message: stuck.message },
          ticks,
          after: await tokenizer.countTokens(['hi']),
        };
      });
      expect(seen.stuck).toMatchObject({ code: 'bad-config', message: expect.stringContaining('(a+)+$') });
      expect(seen.ticks).toBeGreaterThan(20);
      expect(seen.after).toEqual([2]);
    } finally {
      await browser.close();
    }
  });
});
