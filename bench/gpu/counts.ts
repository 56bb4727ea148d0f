import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { planDecoder } from '../../src/core/formats/export/plan.ts';
import { decodeModel, type OnnxModel } from '../../src/core/formats/onnx/index.ts';
import { openExportedFiles } from '../../src/engines/exported-files.ts';
import { EMBEDDED_FOLDER } from '../../src/node/model-choice.ts';
import { nodeFiles } from '../../src/node/node-files.ts';
import { launch } from '../../tests/harness/browser.ts';
import { buildEnginePage, serveEnginePage } from '../../tests/harness/engine-page.ts';
import { withEngineScript } from '../../tests/harness/engine-script.ts';
import { engineWorker, gpuCountsPerToken } from '../../tests/harness/gpu-counts.ts';
import { nodesThatRun } from '../../tests/harness/graph-nodes.ts';
import { load, unload, type InPage } from '../../tests/harness/page-model.ts';
import { SELF_TEST_MEASURE } from '../../workers/engine/self-test.ts';

/**
 * `npm run bench -- gpu counts`: what one token of the embedded model costs on WebGPU, in calls and bytes, which are
 * the same on every graphics device and without one; and what the self-test costs on the processor.
 */
export async function printGpuCounts(): Promise<void> {
  await printNodes();
  await buildEnginePage();
  const served = await serveEnginePage({ 'models/smollm2-135m-instruct/': `${EMBEDDED_FOLDER}/` });
  const browser = await launch({ webgpu: true });
  try {
    console.log(
      `${browser.browserType().name()} ${browser.version()}, ${cpus()[0]?.model ?? 'unknown processor'}, ` +
        `${cpus().length} cores`,
    );
    await printCounts(browser, served.url);
    await printSelfTests(browser, served.url);
  } finally {
    await browser.close();
    await served.close();
  }
}

/** The nodes of the graphs, which run for every token: as exported, and as WebGPU runs them. */
async function printNodes(): Promise<void> {
  const files = await nodeFiles(EMBEDDED_FOLDER);
  const exported = decodeModel(await readFile(join(EMBEDDED_FOLDER, 'onnx/model_q4.onnx')));
  const source = await openExportedFiles(files, { weights: false });
  const { model: onGpu } = await planDecoder(source, 'q4', { forGpu: true });
  printGraph('graph of the embedded base', exported);
  printGraph('the graph for WebGPU', onGpu);
  console.log(`  of these, ONNX Runtime fuses all but ${nodesThatRun(onGpu)}`);
}

function printGraph(name: string, { graph }: OnnxModel): void {
  const byOperator = new Map<string, number>();
  for (const { op } of graph.nodes) byOperator.set(op, (byOperator.get(op) ?? 0) + 1);
  const most = [...byOperator].sort(([, a], [, b]) => b - a).slice(0, 10);
  console.log(`${name}: ${graph.nodes.length} nodes (${most.map(([op, count]) => `${count} ${op}`).join(', ')}, …)`);
}

async function printCounts(browser: Browser, url: string): Promise<void> {
  const page = await openPage(browser, url);
  const adapter = await page.evaluate(async () => (await navigator.gpu?.requestAdapter())?.info.architecture);
  await load(page, { device: 'webgpu' });
  const counts = await gpuCountsPerToken(page);
  console.log(`\nWebGPU on ${adapter ?? 'an unknown adapter'}, per token of a reply:`);
  for (const [name, value] of Object.entries(counts)) console.log(`  ${name}: ${value}`);
  await page.context().close();
}

async function printSelfTests(browser: Browser, url: string): Promise<void> {
  console.log('\nSelf-test on Wasm, at the first load only:');
  for (const engine of [undefined, 'wllama', 'transformers'] as const) {
    const page = await openPage(browser, url);
    await load(page, { device: 'wasm', ...(engine && { engine }) });
    const ms = await engineWorker(page).evaluate(
      (name) => performance.getEntriesByName(name).map(({ duration }) => duration),
      SELF_TEST_MEASURE,
    );
    console.log(
      `  ${engine ?? 'the default'}: ${ms.map((each) => each.toFixed(0)).join(', ')} ms; ` +
        `a token of a reply then takes ${(await msPerToken(page)).toFixed(0)} ms`,
    );
    await unload(page);
    await page.context().close();
  }
}

async function msPerToken(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { model } = globalThis as unknown as InPage;
    const decoding = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 9, seed: 1 };
    for await (const event of model.stream([{ role: 'user', content: 'I feel so lonely.' }], decoding))
      if (event.type === 'done') return event.stats.decodeMs / (event.stats.newTokens - 1);
    return NaN;
  });
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  // The compiler that runs this benchmark names functions with a helper that pages lack.
  const context = await withEngineScript(browser, 'globalThis.__name = (named) => named;');
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  await page.goto(url);
  await page.waitForFunction(() => 'solace' in globalThis);
  return page;
}
