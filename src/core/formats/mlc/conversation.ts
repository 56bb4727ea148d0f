import { LabError } from '../../error.ts';
import { TOKENIZER_CONFIG } from '../checkpoint/template.ts';
import type { ModelConfig } from '../config.ts';

/** MLC's conversation template, with the keys of `conv_template` in mlc-chat-config.json. */
export interface Conversation {
  name: string;
  system_template: string;
  system_message: string;
  /** Tokens before everything else; absent if there are none. */
  system_prefix_token_ids?: number[];
  add_role_after_system_message: boolean;
  roles: { user: string; assistant: string; tool: string };
  role_templates: { user: string; assistant: string; tool: string };
  seps: string[];
  role_content_sep: string;
  role_empty_sep: string;
  stop_str: string[];
  stop_token_ids: number[];
  function_string: string;
  use_function_calling: boolean;
}

interface Turn {
  role: 'system' | 'user' | 'assistant';
  content: string;
}
/** Renders turns with the model's own template, including the header of the next reply. */
export type RenderPrompt = (turns: readonly Turn[]) => string;

const SYSTEM = '{system_message}';
const ROLE_TEMPLATES = { user: '{user_message}', assistant: '{assistant_message}', tool: '{tool_message}' };

interface Family {
  parts: Pick<
    Conversation,
    | 'name'
    | 'system_template'
    | 'add_role_after_system_message'
    | 'roles'
    | 'seps'
    | 'role_content_sep'
    | 'role_empty_sep'
    | 'stop_str'
  >;
  /** Text of the first token, which MLC adds by its id; '' if the family has none. */
  first: string;
  /** Recognises the family's templates. */
  mark: string;
}

/** mlc-llm's templates for the families that this project exports. */
const FAMILIES: readonly Family[] = [
  {
    mark: '<|im_start|>',
    first: '',
    parts: {
      name: 'chatml',
      system_template: `<|im_start|>system\n${SYSTEM}<|im_end|>\n`,
      add_role_after_system_message: true,
      roles: { user: '<|im_start|>user', assistant: '<|im_start|>assistant', tool: '<|im_start|>tool' },
      seps: ['<|im_end|>\n'],
      role_content_sep: '\n',
      role_empty_sep: '\n',
      stop_str: ['<|im_end|>'],
    },
  },
  {
    mark: '<|start_header_id|>',
    first: '<|begin_of_text|>',
    parts: {
      name: 'llama-3',
      system_template: `<|start_header_id|>system<|end_header_id|>\n\n${SYSTEM}<|eot_id|>`,
      add_role_after_system_message: true,
      roles: {
        user: '<|start_header_id|>user',
        assistant: '<|start_header_id|>assistant',
        tool: '<|start_header_id|>ipython',
      },
      seps: ['<|eot_id|>'],
      role_content_sep: '<|end_header_id|>\n\n',
      role_empty_sep: '<|end_header_id|>\n\n',
      stop_str: [],
    },
  },
  {
    mark: '<<SYS>>',
    first: '<s>',
    parts: {
      name: 'llama-2',
      system_template: `[INST] <<SYS>>\n${SYSTEM}\n<</SYS>>\n\n`,
      add_role_after_system_message: false,
      roles: { user: '<s>[INST]', assistant: '[/INST]', tool: '[INST]' },
      seps: [' ', ' </s>'],
      role_content_sep: ' ',
      role_empty_sep: ' ',
      stop_str: ['[INST]'],
    },
  },
  {
    mark: '[INST]',
    first: '<s>',
    parts: {
      name: 'mistral_default',
      system_template: `[INST] ${SYSTEM}`,
      add_role_after_system_message: false,
      roles: { user: '[INST]', assistant: '[/INST]', tool: '[INST]' },
      seps: [' '],
      role_content_sep: ' ',
      role_empty_sep: '',
      stop_str: ['</s>'],
    },
  },
];

const PROBE: Turn[] = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Hello there' },
  { role: 'assistant', content: 'Hi, how are you?' },
  { role: 'user', content: 'Tired' },
];

/**
 * MLC's template for a model's chat template, including its default system message. `exact` says whether both render a
 * probe conversation to the same prompt.
 * @throws {LabError} `unsupported` when no family of templates fits.
 */
export function chooseConversation(
  template: string,
  render: RenderPrompt,
  config: ModelConfig,
): { conversation: Conversation; exact: boolean } {
  const family = FAMILIES.find(({ mark }) => template.includes(mark));
  if (!family) {
    throw new LabError({
      code: 'unsupported',
      where: TOKENIZER_CONFIG,
      what: `MLC has no conversation template like this model's chat template.`,
      todo: `It must be one of ${FAMILIES.map(({ parts }) => parts.name).join(', ')}; or export to another format.`,
    });
  }
  const { first, parts } = family;
  const conversation: Conversation = {
    ...parts,
    system_message: defaultSystemMessage(family, render),
    ...(first !== '' && { system_prefix_token_ids: config.bosTokenIds.slice(0, 1) }),
    role_templates: ROLE_TEMPLATES,
    stop_token_ids: config.eosTokenIds,
    function_string: '',
    use_function_calling: false,
  };
  const own = rendered(render, PROBE);
  return { conversation, exact: own !== undefined && own === first + conversationPrompt(conversation, PROBE) };
}

/** The prompt that web-llm builds: the system message, the turns, the header of the reply. */
export function conversationPrompt(conversation: Conversation, turns: readonly Turn[]): string {
  const {
    system_template,
    system_message,
    add_role_after_system_message,
    roles,
    seps,
    role_content_sep,
    role_empty_sep,
  } = conversation;
  const system = turns.find(({ role }) => role === 'system')?.content ?? system_message;
  let prompt = system_template.replace(SYSTEM, () => system);
  turns
    .filter(({ role }) => role !== 'system')
    .forEach(({ role, content }, i) => {
      const header =
        i === 0 && !add_role_after_system_message
          ? ''
          : (role === 'user' ? roles.user : roles.assistant) + role_content_sep;
      prompt += header + content + (seps[i % seps.length] ?? '');
    });
  return prompt + roles.assistant + role_empty_sep;
}

/** The model's default system message. */
function defaultSystemMessage({ parts: { system_template }, first }: Family, render: RenderPrompt): string {
  const prompt = rendered(render, PROBE.slice(1, 2)) ?? '';
  const [before = '', after = ''] = system_template.split(SYSTEM);
  const start = first + before;
  const end = prompt.indexOf(after, start.length);
  return after !== '' && prompt.startsWith(start) && end >= 0 ? prompt.slice(start.length, end) : '';
}

function rendered(render: RenderPrompt, turns: readonly Turn[]): string | undefined {
  try {
    return render(turns);
  } catch {
    // Some templates refuse a system message.
    return undefined;
  }
}
