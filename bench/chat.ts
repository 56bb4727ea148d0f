import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type * as wllama from '@wllama/wllama';
import type { Browser, Page } from 'playwright-core';
import type { EngineId } from '../src/core/engine/engine.ts';
import type * as models from '../tests/harness/engine-page/models.ts';
import { locate } from '../build/vendor-files.ts';
import { launch, launchProfile } from '../tests/harness/browser.ts';
import { buildEnginePage, serveEnginePage } from '../tests/harness/engine-page.ts';
import { embeddedAsGguf } from './chat-gguf.ts';
import { cpuSeconds, residentMiB, withPeak } from './chat-memory.ts';

const ROOT = join(import.meta.dirname, '..');
const EMBEDDED = join(ROOT, 'public/models/smollm2-135m-instruct');
const CACHE = join(ROOT, '.cache/bench-chat');
const WLLAMA = dirname(locate({ package: '@wllama/wllama', file: 'esm/index.js' }));
const PROMPT_TOKENS = 500;

interface Effort {
  newTokens: number;
  rounds: number;
}
const EFFORT: Effort = { newTokens: 48, rounds: 3 };
/** With software rendering, a token takes seconds. */
const SOFTWARE_EFFORT: Effort = { newTokens: 4, rounds: 1 };

interface Reading {
  promptTokens: number;
  firstTokenMs: number;
  tokensPerSecond: number;
}

interface Contender {
  name: string;
  /** Default: `EFFORT`. */
  effort?: Effort;
  /** Loads the model in the page, after freeing the one before; returns milliseconds and where it runs. */
  load: (page: Page, threads: number) => Promise<{ ms: number; where: string }>;
  reply: (page: Page, round: number, newTokens: number) => Promise<Reading>;
}

/** Globals in the page that the contenders keep between calls. */
interface InPage {
  model?: Awaited<ReturnType<typeof models.loadModel>>;
  peer?: Pick<wllama.Wllama, 'createCompletion' | 'exit'>;
}

const lab = (name: string, device: 'webgpu' | 'wasm', engine?: EngineId): Contender => ({
  name,
  load: (page) =>
    page.evaluate(
      async ([device, engine]) => {
        await (globalThis as unknown as InPage).model?.unload();
        const start = performance.now();
        const model = await solace.loadModel(solace.EMBEDDED_MODEL_ID, { device, ...(engine ? { engine } : {}) });
        Object.assign(globalThis, { model });
        const { info } = model;
        return {
          ms: performance.now() - start,
          where: `${info.engine} on ${info.device}${info.wide ? ', widened' : ''}`,
        };
      },
      [device, engine] as const,
    ),
  reply: (page, round, newTokens) =>
    page.evaluate(
      async ([content, maxNewTokens]) => {
        const { model } = globalThis as unknown as InPage;
        const decoding = { temperature: 0, topP: 1, topK: 0, maxNewTokens, seed: 1 };
        if (!model) throw new Error('No model is loaded.');
        for await (const event of model.stream([{ role: 'user', content }], decoding)) {
          if (event.type !== 'done') continue;
          const { promptTokens, firstTokenMs, decodeMs, newTokens } = event.stats;
          return {
            promptTokens: promptTokens ?? 0,
            firstTokenMs,
            tokensPerSecond: ((newTokens - 1) / decodeMs) * 1000,
          };
        }
        throw new Error('The reply did not end.');
      },
      [question(round), newTokens] as const,
    ),
});

const peer = (gguf: string): Contender => ({
  name: 'wllama alone, Wasm',
  load: (page, threads) =>
    page.evaluate(
      async ([gguf, threads]) => {
        await (globalThis as unknown as InPage).peer?.exit();
        const { Wllama } = (await import(new URL('peer/index.js', location.href).href)) as typeof wllama;
        const weights = await (await fetch(new URL(gguf, location.href))).blob();
        const start = performance.now();
        const peer = new Wllama({ default: new URL('wllama/wllama.wasm', location.href).href });
        peer.setCompat(null);
        await peer.loadModel([weights], { n_ctx: 4096, n_threads: threads, n_gpu_layers: 0, n_parallel: 1 });
        Object.assign(globalThis, { peer });
        return { ms: performance.now() - start, where: `wllama on wasm, ${threads} threads` };
      },
      [gguf, threads] as const,
    ),
  reply: (page, round, newTokens) =>
    page.evaluate(
      async ([content, maxNewTokens]) => {
        const { peer } = globalThis as unknown as InPage;
        if (!peer) throw new Error('No model is loaded.');
        const prompt = `<|im_start|>user\n${content}<|im_end|>\n<|im_start|>assistant\n`;
        const start = performance.now();
        const times: number[] = [];
        let promptTokens = 0;
        await peer.createCompletion({
          prompt,
          max_tokens: maxNewTokens,
          temperature: 0,
          stream: true,
          onData: (chunk: { timings?: { prompt_n?: number; cache_n?: number } }) => {
            times.push(performance.now());
            promptTokens = (chunk.timings?.prompt_n ?? 0) + (chunk.timings?.cache_n ?? 0) || promptTokens;
          },
        });
        const [first = start, last = first] = [times[0], times.at(-1)];
        return {
          promptTokens,
          firstTokenMs: first - start,
          tokensPerSecond: ((times.length - 1) / (last - first)) * 1000,
        };
      },
      [question(round), newTokens] as const,
    ),
});

/** About `PROMPT_TOKENS` tokens, with a different beginning in each round, so that no cache helps. */
function question(round: number): string {
  const words = ['my sister', 'the exam', 'our house', 'a friend', 'the winter', 'work', 'the doctor', 'my neighbour'];
  const sentences = Array.from(
    { length: 33 },
    (_, i) => `Then I thought about ${words[(i * 3 + round) % words.length]} for hours, and nothing got any better.`,
  );
  return `This is letter ${round + 1}. ${sentences.join(' ')} Please answer with a long letter.`;
}

/**
 * `npm run bench -- chat [wasm] [threads]`: the embedded model in one Chromium, on Wasm and WebGPU or only on Wasm,
 * compared with wllama on the same weights. With one thread, CPU seconds can be compared on a busy machine too: threads
 * wait for each other in loops.
 */
export async function benchChat([device, wanted]: readonly string[] = []): Promise<void> {
  const gguf = await embeddedAsGguf(EMBEDDED, CACHE);
  await buildEnginePage();
  const served = await serveEnginePage({
    'models/smollm2-135m-instruct/': `${EMBEDDED}/`,
    'gguf/': `${CACHE}/`,
    'peer/': `${WLLAMA}/`,
  });
  const browser = await launch({ webgpu: true });
  try {
    const threads = Number(wanted ?? Math.min(4, cpus().length));
    console.log(
      `${browser.browserType().name()} ${browser.version()}, ${cpus()[0]?.model ?? 'unknown processor'}, ` +
        `${cpus().length} cores, ${threads} threads`,
    );
    console.log(`prompt of about ${PROMPT_TOKENS} tokens\n`);
    const contenders: Contender[] = [
      lab('lab, Wasm', 'wasm'),
      peer(`gguf/${gguf}`),
      lab('lab, Wasm, llama.cpp', 'wasm', 'wllama'),
      lab('lab, Wasm, ONNX Runtime with 4 bits', 'wasm', 'transformers'),
    ];
    if (device !== 'wasm')
      contenders.push({
        ...lab('lab, WebGPU', 'webgpu'),
        ...((await inSoftware(browser, served.url)) && { effort: SOFTWARE_EFFORT }),
      });
    const rows = [];
    console.log(HEAD);
    for (const contender of contenders) {
      const row = await run(served.url, contender, threads);
      console.log(line(row));
      rows.push(row);
    }
    reportRatio(rows);
  } finally {
    await browser.close();
    await served.close();
  }
}

/** Whether the browser's graphics adapter is software. */
async function inSoftware(browser: Browser, url: string): Promise<boolean> {
  const page = await browser.newPage();
  await page.goto(url);
  const architecture = await page.evaluate(async () => (await navigator.gpu?.requestAdapter())?.info.architecture);
  await page.close();
  return architecture === undefined || architecture === 'swiftshader';
}

interface Row extends Reading, Effort {
  name: string;
  where: string;
  loadMs: number;
  /** Once what the first load stored is there. */
  warmLoadMs: number;
  cpu: Record<'load' | 'read' | 'token', number>;
  peakMiB: number | undefined;
}

async function run(url: string, contender: Contender, threads: number): Promise<Row> {
  const { effort = EFFORT } = contender;
  const folder = await mkdtemp(join(tmpdir(), 'bench-chat-'));
  const context = await launchProfile(folder, { webgpu: true });
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  // The compiler that runs this benchmark names functions with a helper that pages lack.
  await page.addInitScript('globalThis.__name = (named) => named');
  await page.addInitScript(
    `Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => ${threads} })`,
  );
  await page.goto(url);
  await page.waitForFunction(() => 'solace' in globalThis);
  try {
    const { result, peakMiB } = await withPeak(
      () => residentMiB(process.pid),
      async () => {
        const { ms, where } = await contender.load(page, threads);
        const readings: Reading[] = [];
        for (let round = 0; round < effort.rounds; round++)
          readings.push(await contender.reply(page, round, effort.newTokens));
        return { ms, where, readings };
      },
    );
    const [warm, load] = await withCpu(() => contender.load(page, threads));
    const [, read] = await withCpu(() => contender.reply(page, effort.rounds, 1));
    // The cache holds the prompt.
    const [, written] = await withCpu(() => contender.reply(page, effort.rounds, effort.newTokens));
    return {
      ...effort,
      name: contender.name,
      where: result.where,
      loadMs: result.ms,
      warmLoadMs: warm.ms,
      cpu: { load, read, token: written / effort.newTokens },
      peakMiB,
      promptTokens: result.readings[0]?.promptTokens ?? 0,
      firstTokenMs: Math.min(...result.readings.map((reading) => reading.firstTokenMs)),
      tokensPerSecond: Math.max(...result.readings.map((reading) => reading.tokensPerSecond)),
    };
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `work`, and gives the CPU seconds that the browser used meanwhile. */
async function withCpu<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = cpuSeconds(process.pid) ?? NaN;
  const result = await work();
  return [result, (cpuSeconds(process.pid) ?? NaN) - before];
}

const HEAD =
  '| | runs | first load s | later load s | prompt tokens | first token s | tokens/s | peak MiB | best of ' +
  '| CPU s: later load, first token, each token |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |';

function line(row: Row): string {
  const { name, where, loadMs, warmLoadMs, promptTokens, firstTokenMs, tokensPerSecond, peakMiB } = row;
  return (
    `| ${name} | ${where} | ${(loadMs / 1000).toFixed(1)} | ${(warmLoadMs / 1000).toFixed(1)} | ${promptTokens} ` +
    `| ${(firstTokenMs / 1000).toFixed(2)} ` +
    `| ${tokensPerSecond < 1 ? tokensPerSecond.toPrecision(2) : tokensPerSecond.toFixed(1)} | ` +
    `${peakMiB?.toFixed(0) ?? '?'} | ${row.rounds} x ${row.newTokens} tokens ` +
    `| ${row.cpu.load.toFixed(1)}, ${row.cpu.read.toFixed(1)}, ${row.cpu.token.toFixed(2)} |`
  );
}

/** How many times as fast as wllama alone the lab's default is, and how long its load takes compared with wllama's. */
function reportRatio([own, other]: Row[]): void {
  if (!own || !other) return;
  const times = (a: number, b: number): string => (a / b).toFixed(2);
  console.log(
    `\nlab on Wasm : wllama  prefill ${times(other.firstTokenMs, own.firstTokenMs)}  ` +
      `decode ${times(own.tokensPerSecond, other.tokensPerSecond)}  ` +
      `time of a later load ${times(own.warmLoadMs, other.warmLoadMs)}  ` +
      `CPU of the first token ${times(other.cpu.read, own.cpu.read)}, ` +
      `of a token ${times(other.cpu.token, own.cpu.token)}  ` +
      `memory ${own.peakMiB && other.peakMiB ? times(own.peakMiB, other.peakMiB) : '?'}`,
  );
}
