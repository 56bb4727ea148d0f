import { describe, expect, it } from 'vitest';
import { byteTokenizerFiles } from '../../engine/testing/byte-tokenizer.ts';
import { endTokens } from './end-tokens.ts';

const { tokenizer, config } = byteTokenizerFiles();

/** Side files whose template ends turns with the token `turn`. */
function files(settings: { generation?: unknown; model?: unknown; turn?: string }): Map<string, string> {
  const { generation, model, turn = '</s>' } = settings;
  const template = `{% for m in messages %}<s>{{ m.content }}${turn}{% endfor %}`;
  return new Map(
    Object.entries({
      'config.json': { eos_token_id: model },
      'generation_config.json': { eos_token_id: generation },
      'tokenizer.json': tokenizer,
      'tokenizer_config.json': { ...config, chat_template: template },
    }).map(([name, content]) => [name, JSON.stringify(content)]),
  );
}

describe('endTokens', () => {
  it('uses those of generation_config.json, then of config.json, then of the template', () => {
    const given = files({ generation: [7, 9], model: 8 });
    expect(endTokens(given)).toEqual({ named: [7, 9, 8], turn: { id: 257, text: '</s>' }, all: [7, 9, 8, 257] });
  });

  it('names each once', () => {
    expect(endTokens(files({ generation: 257, model: [257, 8] })).all).toEqual([257, 8]);
  });

  it('uses the end of text of the tokenizer only if nothing else is named', () => {
    const none = files({ turn: ' over' });
    expect(endTokens(none)).toEqual({ named: [], turn: undefined, all: [257] });
    expect(endTokens(files({ model: 3, turn: ' over' })).all).toEqual([3]);
    expect(endTokens(none, [5]).all).toEqual([5]);
  });

  it('ignores values that are not ids', () => {
    expect(endTokens(files({ generation: 'stop', model: [-1] })).named).toEqual([]);
  });
});
