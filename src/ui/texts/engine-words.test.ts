import { afterEach, describe, expect, it } from 'vitest';
import { EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import { LabError } from '../../core/error.ts';
import { chooseDevice } from '../../engines/choose-device.ts';
import { WITHOUT_LLAMA, withoutWidening } from '../../engines/fallback-notes.ts';
import { probeGpu, type GpuProbe } from '../../engines/gpu.ts';
import { listWebLlm } from '../../engines/webllm/catalogue.ts';
import { whyNoLarger } from '../models/larger.ts';
import { engineWords, modelSummary } from './engine-words.ts';
import { speak } from './in-use.svelte.ts';
import { LOAD_TEXTS } from './load.ts';

const CARD: GpuProbe = {
  available: true,
  software: false,
  halfPrecision: true,
  maxBufferBytes: 1,
  maxBindingBytes: 1,
  maxBuffersPerShader: 1,
  description: 'SwiftShader',
};
const ENGINES = { auto: 'wllama', webgpu: 'wllama', wasm: 'wllama' } as const;
const ADDED = [
  'ONNX folder from this device.',
  'GGUF file from this device.',
  'GGUF file from host.example.',
  'Converted from safetensors on this device, 4 bits per weight.',
  'Adapter from this device, over SmolLM2.',
  'Sum of 1 × a + 0.5 × b, over SmolLM2.',
  'Model in MLC format; runs on WebGPU with WebLLM.',
];

/** Words that neither German nor Spanish has. */
const ENGLISH = /\b(the|and|with|of|from|this|over|runs|trained|browser has)\b/i;

function expectTranslated(english: string, text: string | undefined): void {
  expect([english, typeof text]).toEqual([english, 'string']);
  expect(text).not.toMatch(ENGLISH);
  expect(text).not.toBe(english);
}

afterEach(() => speak('en', null));

describe.each(['de', 'es'] as const)('in %s', (id) => {
  const speakIt = async (): Promise<void> => speak(id, (await LOAD_TEXTS[id]()).catalogue);

  it('what engines say of a graphics card is translated, in notes as well', async () => {
    await speakIt();
    const none = [await probeGpu(undefined), await probeGpu({ requestAdapter: () => Promise.resolve(null) })];
    const program = { ...CARD, software: true };
    const reasons = [...none, program].map((gpu) => whyNoLarger(gpu) ?? '');
    const notes = [
      ...[...none, program, { ...CARD, halfPrecision: false }].map((gpu) => ({ gpu, suspends: true })),
      { gpu: CARD, suspends: false },
    ].map((here) => chooseDevice(ENGINES, here).note ?? '');
    expect(new Set([...reasons, ...notes]).size).toBe(8);
    for (const english of [...reasons, ...notes]) expectTranslated(english, engineWords(english));
    for (const english of reasons) expect(english.endsWith('.')).toBe(false);
    expect(engineWords('The driver failed (0x7).')).toBeUndefined();
  });

  it('why a model runs with another program on the processor is translated, also after another note', async () => {
    await speakIt();
    const failures = (['wrong-numbers', 'out-of-memory', 'unsupported'] as const).map((code) =>
      withoutWidening(new LabError({ code, what: 'Code 9.' })),
    );
    const gpu = chooseDevice(ENGINES, { gpu: await probeGpu(undefined), suspends: true }).note ?? '';
    const notes = [...failures, WITHOUT_LLAMA, `${gpu} ${failures[0]}`, `${failures[1]} ${WITHOUT_LLAMA}`];
    for (const english of notes) expectTranslated(english, engineWords(english));
    expect(new Set(notes.map(engineWords)).size).toBe(notes.length);
    expect(engineWords(`The driver failed (0x7). ${failures[0]}`)).toBeUndefined();
  });

  it('every model of the lab and every way of adding one has its summary', async () => {
    await speakIt();
    const [listed] = await listWebLlm();
    const all = [EMBEDDED_MODEL, ...EMBEDDED_ADAPTERS, ...ADDED.map((summary) => ({ id: 'mine', summary })), listed];
    for (const model of all) expectTranslated(model?.summary ?? '', model && modelSummary(model));
    expect(modelSummary({ id: 'e', host: 'host.example', summary: '' })).toContain('host.example');
  });
});

it('in English, what is said stays as it is', () => {
  expect(engineWords('this browser has no WebGPU')).toBeUndefined();
  expect(modelSummary(EMBEDDED_MODEL)).toBeUndefined();
});
