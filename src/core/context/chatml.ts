/**
 * Plain ChatML, for models trained on nothing else: without the default system message that some models' own templates
 * add. The same as trainer/presets/chatml.jinja.
 */
export const CHATML_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' " +
  '}}{% endfor %}' +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
