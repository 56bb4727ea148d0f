import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverSentEvents } from './sse.ts';

describe('serverSentEvents', () => {
  const parse = async (bytes: Uint8Array, cuts: number[]) => {
    const sorted = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 1; i < sorted.length; i++) controller.enqueue(bytes.slice(sorted[i - 1], sorted[i]));
        controller.close();
      },
    });
    const events: string[] = [];
    for await (const data of serverSentEvents(stream)) events.push(data);
    return events;
  };

  it('yields the events however the bytes are split and lines end', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.boolean(),
        async (events, end, cuts, lastBlank) => {
          const text = events
            .map((lines) => `: comment${end}${lines.map((each) => `data: ${each}${end}`).join('')}id: 7${end}`)
            .join(end);
          const bytes = new TextEncoder().encode(lastBlank ? text + end : text);
          expect(await parse(bytes, cuts)).toEqual(events.map((lines) => lines.join('\n')));
        },
      ),
    );
  });

  it('accepts a last event without a line break', async () => {
    expect(await parse(new TextEncoder().encode('data: a\n\ndata:b'), [3])).toEqual(['a', 'b']);
  });
});
