import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt } from './harness/attempt.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import { withEngineScript } from './harness/engine-script.ts';
import type { ServedLab } from './harness/lab.ts';
import { exportTalkingModel } from './harness/talking-model.ts';
import { exportTiny } from './harness/tiny-export.ts';
import { writeTalkingModel, writeTinyModel } from './harness/tiny-model.ts';
import { visit, type Visit } from './harness/visit.ts';

let root = '';
let lab: ServedLab;
let browser: Browser;
let guest: Visit;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'widened-'));
  await buildEnginePage();
  await writeTinyModel(join(root, 'source'), { max_position_embeddings: 256 });
  await exportTiny(root, 'source', 'onnx', 'q4');
  lab = await serveEnginePage({ 'files/': `${root}/` });
  browser = await launch({ webgpu: false });
  guest = await visit(browser, lab.url);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await lab.close();
  await rm(root, { recursive: true, force: true });
});

describe('an export of this lab on the processor', () => {
  const url = (): string => `${lab.url}files/source-onnx-q4/`;
  /** The kernel that widens 4-bit weights turns every fourth of them around. */
  const wrong = `{
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...from) {
      const { exports } = new Instance(...from);
      if (!exports.widen4) return { exports };
      const widen4 = (...places) => {
        exports.widen4(...places);
        const [, , , out, rows, columns] = places;
        const values = new Float32Array(exports.memory.buffer, out, rows * columns);
        for (let i = 0; i < values.length; i += 4) values[i] = -values[i];
      };
      return { exports: { ...exports, widen4 } };
    };
  }`;
  const full = `WebAssembly.Memory.prototype.grow = () => { throw new RangeError('There is no more memory.'); };`;

  it('runs with widened weights, which give the scores of the quantised ones', async () => {
    const wide = await attempt(guest.page, url(), { device: 'wasm' }, { newTokens: 4 });
    expect(wide.error).toBeUndefined();
    expect(wide.info).toMatchObject({ engine: 'transformers', device: 'wasm', wide: true, selfTest: { passed: true } });
    expect(wide.info).not.toHaveProperty('note');
    const plain = await attempt(guest.page, url(), { device: 'wasm', engine: 'transformers' }, { newTokens: 4 });
    expect(plain.info).not.toHaveProperty('wide');
    const wanted = plain.scores ?? [];
    expect(wanted.length).toBeGreaterThan(2);
    wanted.forEach((score, i) =>
      expect(Math.abs((wide.scores?.[i] ?? 0) - (score ?? 0)), `token ${i}`).toBeLessThan(1e-3),
    );
    expect(wide.tokens).toBe(plain.tokens);
  });

  it('leaves to llama.cpp what is not quantised, without a note', async () => {
    const floats = await exportTalkingModel(join(root, 'talking'), 'onnx', 'fp32');
    const { info, error } = await attempt(guest.page, `${lab.url}files/${relative(root, floats)}/`, { device: 'wasm' });
    expect(error).toBeUndefined();
    expect(info).toMatchObject({ engine: 'wllama', device: 'wasm' });
    expect(info).not.toHaveProperty('note');
  });

  it('runs with llama.cpp where there is less memory', async () => {
    const phone = await visit(browser, lab.url, { context: await withEngineScript(browser, '', 4) });
    const { info, error } = await attempt(phone.page, url(), { device: 'wasm' });
    expect(error).toBeUndefined();
    expect(info).toMatchObject({ engine: 'wllama', device: 'wasm' });
    await phone.close();
  });

  it('falls back to llama.cpp, and says so, if the heap cannot grow', async () => {
    const crowded = await visit(browser, lab.url, { context: await withEngineScript(browser, full) });
    // More than the heap that the module begins with.
    await writeTalkingModel(join(root, 'broad'), { intermediate_size: 16_384 });
    await exportTiny(root, 'broad', 'onnx', 'q4');
    const { info, error } = await attempt(crowded.page, `${lab.url}files/broad-onnx-q4/`, { device: 'wasm' });
    expect(error).toBeUndefined();
    expect(info).toMatchObject({
      engine: 'wllama',
      note: expect.stringMatching(/^Replies are slower .*too little memory to widen/),
    });
    await crowded.close();
  });

  it('falls back to llama.cpp, with a report, if ONNX Runtime computes wrong numbers', async () => {
    const sick = await visit(browser, lab.url, { context: await withEngineScript(browser, wrong) });
    const { info, error } = await attempt(sick.page, url(), { device: 'wasm' });
    expect(error).toBeUndefined();
    expect(info).toMatchObject({
      engine: 'wllama',
      note: expect.stringMatching(/^Replies are slower .*wrong numbers with widened weights on this processor\.$/),
      selfTest: { passed: true, against: 'manifest' },
      report: expect.stringMatching(/Device: wasm\n.*Chrome.*\nEngine: transformers, onnxruntime-web \d/),
    });
    await sick.close();
  });
});
