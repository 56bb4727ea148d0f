import type { SideFiles } from '../../checkpoint/checkpoint.ts';

interface Changes {
  merges?: readonly [string, string][];
  /** How a space is added before a text. */
  scheme?: 'Prepend' | 'always' | 'first' | 'never';
  template?: string;
}

const MERGES: readonly [string, string][] = [
  ['h', 'e'],
  ['l', 'l'],
  ['▁', 't'],
  ['▁t', 'he'],
  ['he', 'll'],
  ['▁', '▁'],
  ['r', 'e'],
  ['l', 'o'],
];

/**
 * The files of a tokenizer like Llama 2's: characters joined by merges, `▁` for a space, bytes for unknown characters.
 */
export function pieceTokenizerFiles({ merges = MERGES, scheme = 'Prepend', template }: Changes = {}): SideFiles {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const characters = Array.from('▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ<>/[]|_.,!?');
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...characters, ...new Set(merges.map((pair) => pair.join('')))];
  const special = (id: number): object => ({
    id,
    content: tokens[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme, split: false };
  const token = (id: string): object => ({ SpecialToken: { id, type_id: 0 } });
  const tokenizer = {
    version: '1.0',
    added_tokens: [0, 1, 2].map(special),
    normalizer:
      scheme === 'Prepend' ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replace] } : null,
    pre_tokenizer: scheme === 'Prepend' ? null : metaspace,
    post_processor: {
      type: 'TemplateProcessing',
      single: [token('<s>'), { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges: merges.map((pair) => pair.join(' ')),
    },
  };
  const config = {
    bos_token: '<s>',
    eos_token: '</s>',
    unk_token: '<unk>',
    tokenizer_class: 'LlamaTokenizer',
    ...(template !== undefined && { chat_template: template }),
  };
  return new Map([
    ['tokenizer.json', JSON.stringify(tokenizer)],
    ['tokenizer_config.json', JSON.stringify(config)],
  ]);
}
