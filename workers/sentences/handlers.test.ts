import { afterEach, expect, it, vi } from 'vitest';
import { sentencesHandlers } from './handlers.ts';

afterEach(() => void vi.unstubAllGlobals());

it('reads for danger although a search stops that began to open the encoder', async () => {
  const search = new AbortController();
  vi.stubGlobal('fetch', () => {
    search.abort();
    return Promise.reject(new TypeError('There is no network.'));
  });
  const request = {
    texts: ['I am sad.'],
    encoder: { id: 'encoder', name: 'Encoder', url: 'https://lab.example/encoder/' },
    ortBase: 'https://lab.example/ort/',
    threads: 1,
  };
  const emit = (): void => {};
  const [, danger] = await Promise.allSettled([
    sentencesHandlers.embed(request, { signal: search.signal, emit }),
    sentencesHandlers.danger(request, { signal: new AbortController().signal, emit }),
  ]);
  // There is no encoder, but that was not for the search to decide.
  expect(danger).toMatchObject({ status: 'rejected', reason: { detail: { code: 'network' } } });
});
