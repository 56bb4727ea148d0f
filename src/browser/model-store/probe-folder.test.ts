import { describe, expect, it } from 'vitest';
import { probeFolder } from './probe-folder.ts';

const URL_OF = 'https://host.example/m/';
const FILES: Record<string, string> = {
  'config.json': '{"model_type":"llama"}',
  'tokenizer.json': '{}',
  'onnx/model.onnx': 'graph',
  'onnx/model.onnx_data': 'weights',
  'onnx/model_q4f16.onnx': 'halves',
  'onnx/model_quantized.onnx': 'bytes',
};

type Answer = (path: string, init: RequestInit) => Response;
const page = () => new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } });
const plain: Answer = (path, { method }) => {
  const text = FILES[path];
  return text === undefined
    ? page()
    : new Response(method === 'HEAD' ? null : text, { headers: { 'content-length': String(text.length) } });
};

async function probe(answer: Answer, signal?: AbortSignal) {
  const fetcher = (async (input: string, init: RequestInit = {}) =>
    answer(input.slice(URL_OF.length), init)) as typeof fetch;
  const files = await probeFolder({ url: URL_OF, signal, fetcher });
  return Object.fromEntries(files.map(({ path, bytes }) => [path, bytes]));
}

const SIZES = {
  'config.json': 22,
  'tokenizer.json': 2,
  'onnx/model.onnx': 5,
  'onnx/model.onnx_data': 7,
  'onnx/model_q4f16.onnx': 6,
  'onnx/model_quantized.onnx': 5,
};

describe('probeFolder', () => {
  it('finds every variant of the weights with its data', async () => expect(await probe(plain)).toEqual(SIZES));

  const ranged: Answer = (path) => {
    const text = FILES[path];
    return text === undefined
      ? page()
      : new Response(text.slice(0, 1), {
          status: 206,
          headers: { 'content-length': '1', 'content-range': `bytes 0-0/${text.length}` },
        });
  };
  it.each([403, 405, 501])('requests one byte if HEAD is answered with %i', async (status) => {
    expect(
      await probe((path, init) => (init.method === 'HEAD' ? new Response(null, { status }) : ranged(path, init))),
    ).toEqual(SIZES);
  });

  it('requests one byte if HEAD fails, and treats what fails twice as missing', async () => {
    const answer: Answer = (path, init) => {
      if (init.method === 'HEAD' || FILES[path] === undefined) throw new TypeError('Failed to fetch');
      return ranged(path, init);
    };
    expect(await probe(answer)).toEqual(SIZES);
  });

  it('leaves sizes unknown that the server does not report', async () => {
    const answer: Answer = (path) =>
      FILES[path] === undefined
        ? page()
        : new Response(null, {
            headers: path === 'config.json' ? { 'content-encoding': 'gzip', 'content-length': '3' } : {},
          });
    expect(Object.values(await probe(answer))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('treats a page in place of a file as missing', async () => {
    const sizes = await probe((path, init) =>
      FILES[path] === undefined
        ? new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
        : plain(path, init),
    );
    expect(sizes).toEqual(SIZES);
  });

  it.each([429, 500, 503])('does not treat a variant as missing when the server answers %i', async (status) => {
    const answer: Answer = (path, init) =>
      path === 'onnx/model_q4f16.onnx' ? new Response(null, { status }) : plain(path, init);
    await expect(probe(answer)).rejects.toMatchObject({
      code: 'network',
      retryable: true,
      detail: { where: `${URL_OF}onnx/model_q4f16.onnx` },
    });
  });

  it('names config.json if nothing exists, and stops on request', async () => {
    await expect(probe(page)).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('config.json'),
    });
    await expect(
      probe(() => {
        throw new TypeError();
      }, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});
