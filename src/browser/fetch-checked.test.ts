import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchChecked } from './fetch-checked.ts';

const failure = { what: 'The list could not be loaded.', todo: 'Try again.' };
const respond = (respond: () => Promise<Response>) => vi.stubGlobal('fetch', respond);
afterEach(() => {
  vi.unstubAllGlobals();
});

const load = () => fetchChecked('https://host.example/list', failure, (response) => response.text());

describe('fetchChecked', () => {
  it('reads the body of a response', async () => {
    respond(() => Promise.resolve(new Response('a, b')));
    expect(await load()).toBe('a, b');
  });

  it('names the status of a refusal', async () => {
    respond(() => Promise.resolve(new Response('Gone', { status: 404 })));
    await expect(load()).rejects.toMatchObject({
      code: 'network',
      status: 404,
      detail: {
        where: 'https://host.example/list',
        what: 'The list could not be loaded (HTTP 404).',
        todo: 'Try again.',
      },
    });
  });

  it('names a connection that fails before or during the body', async () => {
    const lost = { code: 'network', detail: { what: 'The list could not be loaded (lost).' } };
    respond(() => Promise.reject(new TypeError('lost')));
    await expect(load()).rejects.toMatchObject(lost);
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('lost')) });
    respond(() => Promise.resolve(new Response(body)));
    await expect(load()).rejects.toMatchObject(lost);
  });

  it('stops on request', async () => {
    respond(() => Promise.reject(new DOMException('', 'AbortError')));
    await expect(load()).rejects.toMatchObject({ code: 'cancelled' });
  });
});
