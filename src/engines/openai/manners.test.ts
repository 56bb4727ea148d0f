import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { PAPER_DECODING, type StreamEvent } from '../../core/engine/engine.ts';
import type { BodyLimits } from './body.ts';
import { EndpointModel } from './openai.ts';
import { FAULTS } from './testing/faults.ts';
import { body, end, HI, KEY, type Send } from './testing/manner.ts';
import { REPLIES } from './testing/replies.ts';

const LIMITS: BodyLimits = { idleMs: 30_000, progressMs: 30_000, bytes: 200_000, eventLength: 20_000, tailMs: 100 };
/** Only for responses that stall: on a busy machine others would seem to stall, too. */
const SHORT = { ...LIMITS, idleMs: 150, progressMs: 250 };
const MOST_TOKENS = 16;

let server: Server;
let baseUrl: string;
let send: Send;
let asked: string[];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`);
    response.on('error', () => {});
    request.resume().on('end', () => send(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function talk(
  key: string | undefined = KEY,
  limits = LIMITS,
): Promise<{ events: StreamEvent[]; error: unknown }> {
  const model = new EndpointModel({ baseUrl, model: 'm', modelId: 'e', contextWindow: null, apiKey: key }, { limits });
  const events: StreamEvent[] = [];
  asked = [];
  try {
    for await (const each of model.stream([{ role: 'user', content: 'Hi' }], {
      ...PAPER_DECODING,
      maxNewTokens: MOST_TOKENS,
      seed: 1,
    }))
      events.push(each);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}
const textOf = (events: StreamEvent[]) => events.map((each) => (each.type === 'text' ? each.text : '')).join('');

describe('a non-conforming endpoint', () => {
  it.each(REPLIES)('reads %s', async (_, manner, { text, reason, prompt, newTokens }) => {
    send = manner;
    const { events, error } = await talk();
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe(text);
    const done = events.at(-1);
    expect(done).toMatchObject({ type: 'done', ...(reason && { reason }) });
    if (done?.type !== 'done') return;
    if (prompt !== undefined) expect(done.stats.promptTokens).toBe(prompt);
    if (newTokens !== undefined) expect(done.stats.newTokens).toBe(newTokens);
  });

  it.each(FAULTS)('names %s', async (_, manner, { words, code = 'endpoint', text, ...detail }) => {
    send = manner;
    const { events, error } = await talk(KEY, words.source.includes('stopped') ? SHORT : LIMITS);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({
      code,
      detail: { where: new URL(baseUrl).host, todo: expect.stringMatching(/\w/) },
      message: expect.stringMatching(words),
      ...detail,
    });
    if (text !== undefined) expect(textOf(events)).toBe(text);
    expect(events.some(({ type }) => type === 'done')).toBe(false);
    const told = (error as LabError).message;
    const parts = Array.from({ length: KEY.length - 7 }, (_each, at) => KEY.slice(at, at + 8));
    expect(parts.filter((part) => told.includes(part) || told.includes(encodeURIComponent(part)))).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it.each([' sk-plain\n', 'sk-é'])('sends the key %j as a header', async (key) => {
    send = body(`${HI}${end()}`);
    expect((await talk(key)).error).toBeUndefined();
    expect(asked).toEqual([`/v1/chat/completions Bearer ${key.trim()}`]);
  });

  it.each(['sk-\u2026abc', '“sk-abc”', 'sk-a\nb', 'ключ'])(
    'reports the key %j, which is not allowed in a header, and sends nothing',
    async (key) => {
      send = body(`${HI}${end()}`);
      const { error } = await talk(key);
      expect(error).toMatchObject({ code: 'bad-config', message: expect.stringMatching(/key contains a character/) });
      expect((error as LabError).message).not.toContain(key);
      expect(asked).toEqual([]);
    },
  );
});
