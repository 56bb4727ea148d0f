/** The printable characters that byte-level BPE writes for bytes 0..255 (GPT-2's table). */
function byteCharacters(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/**
 * The files of a byte-level tokenizer without merges, for tests: id = byte, then <s> 256 and </s> 257. `vocabulary`
 * pads with unused tokens to match a model's vocabulary size.
 */
export function byteTokenizerFiles(vocabulary = 258): { tokenizer: object; config: object } {
  const special = (id: number, content: string) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  });
  const vocab = Object.fromEntries(byteCharacters().map((character, id) => [character, id]));
  vocab['<s>'] = 256;
  vocab['</s>'] = 257;
  for (let id = 258; id < vocabulary; id++) vocab[`<unused${id}>`] = id;
  return {
    tokenizer: {
      version: '1.0',
      added_tokens: [special(256, '<s>'), special(257, '</s>')],
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', vocab, merges: [], unk_token: null, dropout: null, fuse_unk: false },
    },
    config: {
      tokenizer_class: 'GPT2Tokenizer',
      bos_token: '<s>',
      eos_token: '</s>',
      chat_template:
        "{% for m in messages %}{{ '<s>' + m['role'] + '\\n' + m['content'] + '</s>\\n' }}{% endfor %}{% if " +
        "add_generation_prompt %}{{ '<s>assistant\\n' }}{% endif %}",
    },
  };
}
