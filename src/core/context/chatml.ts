/**
 * Plain ChatML, for models that were trained on it and nothing else: no default system message, which some models' own
 * templates add. The same as trainer/presets/chatml.jinja.
 */
export const CHATML_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' " +
  '}}{% endfor %}' +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
