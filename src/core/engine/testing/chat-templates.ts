const TURNS =
  "{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}";

/**
 * Templates in the styles that are in use, for tokenizers whose special tokens are `<s>` and `</s>`; each only appends.
 */
export const BYTE_TEMPLATES = {
  ChatML:
    "{% for m in messages %}<s>{{ m['role'] }}\n{{ m['content'] }}</s>\n{% endfor %}{% if add_generation_prompt " +
    '%}<s>assistant\n{% endif %}',
  'one that trims':
    '{{ bos_token }}{% for m in messages %}[{{ m.role }}]\n\n{{ m.content | trim }}</s>{% endfor %}{% if ' +
    'add_generation_prompt %}[assistant]\n\n{% endif %}',
  'one that takes turns':
    "{{ bos_token }}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ " +
    "raise_exception('take turns') }}{% endif %}{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' " +
    "}}{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}{% else %}{{ raise_exception('no system') " +
    '}}{% endif %}{% endfor %}',
  'one that refuses a system message':
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% " +
    "endif %}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ " +
    "raise_exception('Roles must alternate') }}{% endif %}{{ '<s>' + ('model' if m.role == 'assistant' else " +
    "m.role) + '\n' + m.content | trim + '</s>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<s>model\n' }}{% " +
    'endif %}',
  'one that asks for variables':
    '{% if bos_token is defined %}<s>{% endif %}{% if unk_token is defined %}{{ unk_token }}{% endif %}{% if tools ' +
    'is not none %}tools{% endif %}{% for m in messages %}{{ m.role }}:\n{{ m.content }}{% if eos_token is defined ' +
    '%}{{ eos_token }}{% endif %}\n{% endfor %}{% if add_generation_prompt %}assistant:\n{% endif %}',
};

/** Templates for tokenizers whose special tokens are `<|im_start|>` and `<|im_end|>`. */
export const IM_TEMPLATES = {
  strict:
    `{{ bos_token }}{% for m in messages %}${TURNS}{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' ` +
    "}}{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}{% else %}{{ raise_exception('Only user " +
    "and assistant') }}{% endif %}{% endfor %}",
  dated:
    "<|im_start|>{{ strftime_now('%d %b %Y') }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content " +
    '}}<|im_end|>\n{% endfor %}',
  picky:
    "{% for m in messages %}{% if 'job' in m.content %}{{ raise_exception('no jobs') }}{% endif %}<|im_start|>{{ " +
    'm.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}',
  // Like Qwen3's: the last reply has a part that earlier ones lack.
  forgetful:
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and loop.last " +
    '%}<think></think>{% endif %}{{ m.content }}<|im_end|>\n{% endfor %}',
};
