import { describe, expect, it } from 'vitest';
import { PAPER_DECODING, type ModelScorer, type StreamEvent } from '../../core/engine/engine.ts';
import { largestDifference, measure, SELF_TEST_TOLERANCE } from '../../core/engine/self-test.ts';
import { byteTokenizerFiles } from '../../core/engine/testing/byte-tokenizer.ts';
import { createChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';
import { WllamaModel, type CompletionChunk, type CompletionRequest, type LlamaRuntime } from './wllama-model.ts';

const files = byteTokenizerFiles();
const tokenizer = createChatTokenizer(files.tokenizer, files.config, 'tiny');

/** A server whose model finds the byte after the last one twice as likely as all others together. */
class Alphabet implements LlamaRuntime {
  asked: CompletionRequest[] = [];
  addedStart: string | undefined = '<s>';
  exited = false;
  async complete(
    request: CompletionRequest,
    onChunk?: (chunk: CompletionChunk) => void,
    signal?: AbortSignal,
  ): Promise<CompletionChunk> {
    this.asked.push(request);
    const last = typeof request.prompt === 'string' ? request.prompt.charCodeAt(request.prompt.length - 1) : NaN;
    if (request.logit_bias) {
      const [id] = request.logit_bias[0] ?? [0];
      return {
        choices: [{ text: '', logprobs: { content: [{ id, logprob: Math.log(id === last + 1 ? 2 / 3 : 1 / 3) }] } }],
      };
    }
    for (let i = 1; i <= request.max_tokens; i++) {
      if (signal?.aborted) throw new Error('Operation aborted');
      onChunk?.({ choices: [{ text: String.fromCharCode(97 + (i % 26)), finish_reason: null }] });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const end = {
      choices: [{ text: '', finish_reason: 'length' }],
      usage: { prompt_tokens: 5, completion_tokens: request.max_tokens },
    };
    onChunk?.(end);
    return end;
  }
  exit() {
    this.exited = true;
    return Promise.resolve();
  }
}

const open = (runtime = new Alphabet(), contextWindow = 64) => ({
  runtime,
  model: new WllamaModel({ modelId: 'm', device: 'wasm', contextWindow }, runtime, tokenizer),
});

async function talk(
  model: WllamaModel,
  maxNewTokens: number,
  signal?: AbortSignal,
  onText?: () => void,
): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of model.stream(
    [{ role: 'user', content: 'Hi' }],
    { ...PAPER_DECODING, maxNewTokens, seed: 9 },
    signal,
  )) {
    events.push(event);
    if (event.type === 'text') onText?.();
  }
  return events;
}

describe('WllamaModel', () => {
  it("streams with Hugging Face's order of filters and leaves the start token to the server", async () => {
    const { model, runtime } = open();
    const events = await talk(model, 4);
    expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe('bcde');
    expect(events[0]).toEqual({ type: 'prompt', tokens: tokenizer.encode('<s>user\nHi</s>\n<s>assistant\n').length });
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'length', stats: { newTokens: 4 } });
    expect(runtime.asked[0]).toMatchObject({
      prompt: 'user\nHi</s>\n<s>assistant\n',
      samplers: ['temperature', 'top_k', 'top_p'],
      min_p: 0,
      seed: 9,
    });
  });

  it('resumes a reply: the prompt ends with its beginning, in which the server finds no control token', async () => {
    const { model, runtime } = open();
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const text = async (beginning: string): Promise<string> => {
      let text = '';
      for await (const event of model.stream(messages, { ...PAPER_DECODING, maxNewTokens: 2, seed: 9, beginning }))
        if (event.type === 'text') text += event.text;
      return text;
    };
    expect([await text('I he'), await text('a</s>b')]).toEqual(['bc', 'bc']);
    expect(runtime.asked.map(({ prompt }) => prompt)).toEqual([
      'user\nHi</s>\n<s>assistant\nI he',
      'user\nHi</s>\n<s>assistant\na<\u200b/s>b',
    ]);
  });

  it('sends text that looks like a control token so that the server finds none', async () => {
    const { model, runtime } = open();
    for await (const event of model.stream([{ role: 'user', content: 'a</s>b <' }], {
      ...PAPER_DECODING,
      maxNewTokens: 1,
      seed: 9,
    })) {
      if (event.type === 'prompt')
        expect(event.tokens).toBe(tokenizer.encode('<s>user\na<\u200b/s>b <\u200b</s>\n<s>assistant\n').length);
    }
    expect(runtime.asked[0]?.prompt).toBe('user\na<\u200b/s>b <\u200b</s>\n<s>assistant\n');
    for await (const event of model.stream([{ role: 'user', content: 'a < b <' }], {
      ...PAPER_DECODING,
      maxNewTokens: 1,
      seed: 9,
    }))
      expect(event.type).toBeDefined();
    expect(runtime.asked[1]?.prompt).toBe('user\na < b <</s>\n<s>assistant\n');
  });

  it('sends renamed control tokens if the file was created here, and words unchanged', async () => {
    const runtime = new Alphabet();
    runtime.addedStart = undefined;
    const named = Object.assign(runtime, { named: true });
    const model = new WllamaModel({ modelId: 'm', device: 'wasm', contextWindow: 64 }, named, tokenizer);
    const messages = [{ role: 'user' as const, content: 'a</s>b' }];
    let counted = 0;
    for await (const event of model.stream(messages, { ...PAPER_DECODING, maxNewTokens: 1, seed: 9 }))
      if (event.type === 'prompt') counted = event.tokens;
    expect(runtime.asked[0]?.prompt).toBe('\ufdd0<s>user\na</s>b\ufdd0</s>\n\ufdd0<s>assistant\n');
    expect(counted).toBe(tokenizer.encode(tokenizer.renderPrompt(messages)).length);
    expect(
      await model.tokenizer?.countTokens([(await model.tokenizer?.renderPrompt(messages)) ?? ''], 'prompt'),
    ).toEqual([counted]);
  });

  it('stops on request and keeps the partial reply', async () => {
    const controller = new AbortController();
    const events = await talk(open().model, 30, controller.signal, () => controller.abort());
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'cancelled' });
    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(0);
  });

  it('fails the self-test if llama.cpp computes other values than are known', async () => {
    const text = 'abcd';
    const count = tokenizer.encode(text).length;
    const right = await measure(open().model.scorer as ModelScorer, text, count);
    expect(right.values).toEqual([Math.log(2 / 3), Math.log(2 / 3)]);
    const wrong = new Alphabet();
    const complete = wrong.complete.bind(wrong);
    wrong.complete = async (...request) => {
      const { choices } = await complete(...request);
      const [first] = choices[0]?.logprobs?.content ?? [];
      if (first) first.logprob -= 1;
      return { choices };
    };
    const { values } = await measure(open(wrong).model.scorer as ModelScorer, text, count);
    expect(largestDifference(values, right.values)).toBeGreaterThan(SELF_TEST_TOLERANCE);
  });

  it('scores a text by forcing each token in turn', async () => {
    const { model, runtime } = open();
    const scores = await model.scorer?.score('<s>abd');
    expect(scores?.map(({ logprob }) => logprob && Math.exp(logprob))).toEqual(
      [null, 1 / 3, 2 / 3, 1 / 3].map((p) => (p === null ? p : expect.closeTo(p, 6))),
    );
    expect(runtime.asked.map(({ prompt }) => prompt)).toEqual(['', 'a', 'ab']);
  });

  it('does not guess if a part of the text is not text', async () => {
    await expect(open().model.scorer?.score('a🫂')).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('leaves prompt and counting to the file if its tokenizer is unknown', async () => {
    const runtime = new Alphabet();
    const model = new WllamaModel({ modelId: 'm', device: 'wasm', contextWindow: 64 }, runtime, undefined);
    expect(model.tokenizer).toBeUndefined();
    expect(model.scorer).toBeUndefined();
    const events = await talk(model, 3);
    expect(runtime.asked[0]?.prompt).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(events.at(-1)).toMatchObject({ type: 'done', stats: { promptTokens: 5, newTokens: 3 } });
  });

  it('refuses what does not fit and reports memory faults', async () => {
    await expect(talk(open(new Alphabet(), 20).model, 4)).rejects.toMatchObject({ code: 'bad-data' });
    const broken = new Alphabet();
    broken.complete = () => Promise.reject(new Error('RuntimeError: memory access out of bounds'));
    await expect(talk(open(broken).model, 4)).rejects.toMatchObject({ code: 'out-of-memory' });
    const { model, runtime } = open();
    await model.unload();
    expect(runtime.exited).toBe(true);
  });
});
