import { z } from 'zod';
import { LabError } from '../../error.ts';
import type { SideFiles } from './checkpoint.ts';
import { compileTemplate, type TemplateVariables } from './chat-template.ts';
import { parseJson } from '../../json.ts';
import { settingsOf } from './side-files.ts';
import { chatTemplate, TOKENIZER_CONFIG } from './template.ts';

const namedToken = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .catch(undefined);
const settingsSchema = z.looseObject({
  bos_token: namedToken,
  eos_token: namedToken,
  unk_token: namedToken,
  pad_token: namedToken,
  add_bos_token: z.boolean().nullish().catch(undefined),
  add_eos_token: z.boolean().nullish().catch(undefined),
});
const addedSchema = z.array(
  z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean().optional() }),
);
const tokenizerSchema = z.looseObject({
  added_tokens: addedSchema.nullish(),
  post_processor: z.unknown(),
  model: z.looseObject({ vocab: z.unknown() }).nullish(),
});

interface Names {
  bos: string | undefined;
  eos: string | undefined;
  unk: string | undefined;
  pad: string | undefined;
}

/** What the tokenizer's files say about special tokens. */
export interface TokenizerFacts {
  /** Ids of special tokens by their text. */
  special: ReadonlyMap<string, number>;
  /** Texts of the tokens with a role, such as bos. */
  names: Names;
  /** Ids of those tokens. */
  ids: { [Role in keyof Names]: number | undefined };
  /** The tokens added before and after every text; undefined if there are none. */
  begins: number | undefined;
  ends: number | undefined;
}

/** @throws {LabError} `bad-file` when tokenizer.json does not describe a tokenizer. */
export function tokenizerFacts(files: SideFiles): TokenizerFacts {
  const settings = {
    ...settingsOf(files, 'special_tokens_map.json'),
    ...withoutNulls(settingsOf(files, TOKENIZER_CONFIG)),
  };
  return factsOf(parseJson(files.get('tokenizer.json') ?? '{}', 'tokenizer.json'), settings);
}

/** The same from the parsed contents of tokenizer.json and the tokenizer's settings. */
export function factsOf(
  tokenizerJson: unknown,
  tokenizerSettings: Record<string, unknown>,
  where = 'tokenizer.json',
): TokenizerFacts {
  const parsed = tokenizerSchema.safeParse(tokenizerJson);
  if (!parsed.success) {
    throw new LabError({
      code: 'bad-file',
      where,
      what: `It is not understood: ${z.prettifyError(parsed.error)}`,
      todo: 'Use the file that came with the model.',
    });
  }
  const { added_tokens: added, post_processor: processor } = parsed.data;
  const settings = settingsSchema.parse(tokenizerSettings);
  const special = new Map(
    (added ?? []).filter((token) => token.special !== false).map(({ content, id }) => [content, id]),
  );
  const template = templateTokens(processor);
  const vocab = parsed.data.model?.vocab;
  const idOf = (token: string | null | undefined): number | undefined => {
    if (token == null) return undefined;
    const known = special.get(token) ?? (isRecord(vocab) && Object.hasOwn(vocab, token) ? vocab[token] : undefined);
    return typeof known === 'number' ? known : undefined;
  };
  const names = {
    bos: settings.bos_token ?? undefined,
    eos: settings.eos_token ?? undefined,
    unk: settings.unk_token ?? undefined,
    pad: settings.pad_token ?? undefined,
  };
  // An explicit setting overrides tokenizer.json, as in Transformers.
  const added_ = (
    flag: boolean | null | undefined,
    token: string | undefined,
    role: string | undefined,
  ): number | undefined => ((flag ?? token !== undefined) ? (idOf(token) ?? idOf(role)) : undefined);
  return {
    special,
    names,
    ids: { bos: idOf(names.bos), eos: idOf(names.eos), unk: idOf(names.unk), pad: idOf(names.pad) },
    begins: added_(settings.add_bos_token, template.before, names.bos),
    ends: added_(settings.add_eos_token, template.after, names.eos),
  };
}

/** The special tokens that a `TemplateProcessing` puts around a single text. */
function templateTokens(processor: unknown): { before?: string | undefined; after?: string | undefined } {
  if (!isRecord(processor)) return {};
  if (Array.isArray(processor['processors'])) {
    return (
      processor['processors']
        .map(templateTokens)
        .find(({ before, after }) => before !== undefined || after !== undefined) ?? {}
    );
  }
  if (processor['type'] !== 'TemplateProcessing' || !Array.isArray(processor['single'])) return {};
  const pieces: unknown[] = processor['single'];
  const text = pieces.findIndex((piece) => isRecord(piece) && 'Sequence' in piece);
  const tokenAt = (piece: unknown): string | undefined => {
    const token = isRecord(piece) ? piece['SpecialToken'] : undefined;
    return isRecord(token) && typeof token['id'] === 'string' ? token['id'] : undefined;
  };
  return {
    before: text > 0 ? tokenAt(pieces[0]) : undefined,
    after: text >= 0 && text < pieces.length - 1 ? tokenAt(pieces.at(-1)) : undefined,
  };
}

/** The variables of a chat template besides the messages: no tools, no documents, and the existing special tokens. */
export function templateVariables(names: Names): TemplateVariables {
  const tokens = Object.entries(names).flatMap(([role, token]) => (token ? [[`${role}_token`, token]] : []));
  return { tools: null, documents: null, ...(Object.fromEntries(tokens) as Record<string, string>) };
}

/** A probe reply that no template contains. */
const PROBE = 'zqxj';

/** The special token with which the chat template ends a reply; undefined if there is none, or it refuses the probe. */
export function endOfTurn(files: SideFiles, facts: TokenizerFacts): { id: number; text: string } | undefined {
  const source = chatTemplate(files);
  return source === undefined ? undefined : endOfTurnIn(source, facts);
}

/** The same for the text of a template. */
export function endOfTurnIn(
  source: string,
  { special, names }: TokenizerFacts,
): { id: number; text: string } | undefined {
  const rendered = renderedReply(source, names);
  const after = rendered?.slice(rendered.lastIndexOf(PROBE) + PROBE.length).trimStart() ?? '';
  const [text] = [...special.keys()]
    .filter((token) => token !== '' && after.startsWith(token))
    .sort((a, b) => b.length - a.length);
  const id = text === undefined ? undefined : special.get(text);
  return text === undefined || id === undefined ? undefined : { id, text };
}

function renderedReply(source: string, names: Names): string | undefined {
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: PROBE },
  ];
  try {
    const text = compileTemplate(source, TOKENIZER_CONFIG).render({
      ...templateVariables(names),
      messages,
      add_generation_prompt: false,
    });
    return text.includes(PROBE) ? text : undefined;
  } catch {
    // Rendering a conversation will report what is wrong.
    return undefined;
  }
}

function withoutNulls(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
