import { commonPrefix } from '../tokenizer/common-prefix.ts';
import { buildContext } from '../context/build.ts';
import type { ChatMessage } from '../context/message.ts';
import type { Utterance } from '../dataset/dialogue.ts';
import { strategiesFirst } from '../dataset/strategy.ts';
import { LabError } from '../error.ts';
import type { ChatTokenizer } from '../tokenizer/chat-tokenizer.ts';
import { suitedMessages } from '../tokenizer/template-needs.ts';
import type { Sequence } from './sequence.ts';

export const LABEL_CHOICES = ['supporter', 'all'] as const;
/** Which tokens are learnt: those of the supporter's replies, or all. */
export type LabelChoice = (typeof LABEL_CHOICES)[number];

export interface ExampleOptions {
  /** The tokenizer of inference, so that a model learns the tokens that it will read and write. */
  tokenizer: ChatTokenizer;
  /** Tokens that end a reply if the chat template has none of its own (see `endTokens`). */
  endIds: readonly number[];
  /** The time that templates print: constant throughout a run. */
  now?: Date | undefined;
  /** Compresses an utterance for the context of later replies. */
  compress: (text: string) => string;
  labels: LabelChoice;
  /** System message; if blank, the template decides. */
  system: string;
  /** Whether each reply is learnt with its strategy before it, which the context of later replies does not show. */
  strategies?: boolean | undefined;
}

/**
 * A dialogue as a training sequence: every supporter turn is a reply to learn, as written, in the context that the
 * model would see at inference, in the form that the template accepts. Returns null if there is nothing to learn.
 * @throws {LabError} `unsupported` when the template renders earlier turns differently in a longer conversation.
 */
export function dialogueSequence(
  id: string,
  utterances: readonly Utterance[],
  options: ExampleOptions,
): Sequence | null {
  const { tokenizer, compress, labels, system, now, strategies = false } = options;
  const { endOfTurn } = tokenizer;
  // Some base models end texts with the token with which the template begins turns.
  const ends = new Set(endOfTurn === undefined ? options.endIds : [endOfTurn]);
  const suit = (messages: readonly ChatMessage[]): ChatMessage[] => suitedMessages(messages, tokenizer.needs());
  const render = (messages: readonly ChatMessage[], reply: boolean): string =>
    tokenizer.renderPrompt(messages, { reply, now });
  const replies = strategies ? strategiesFirst(utterances) : utterances;
  const written = suit(buildContext({ system, utterances: replies }).messages);
  const sent = suit(
    buildContext({ system, utterances, sent: utterances.map((utterance) => compress(utterance.text)) }).messages,
  );
  const messages: ChatMessage[] = [];
  const writer = new SequenceWriter();
  for (const [i, { role, content: raw }] of written.entries()) {
    const context = sent[i]?.content ?? raw;
    if (role === 'assistant') {
      const text = render([...messages, { role, content: raw }], false);
      // Templates may fail for a conversation without messages.
      const prompt = tokenizer.encode(
        messages.length > 0 ? render(messages, true) : text.slice(0, text.lastIndexOf(tokenizer.guard(raw))),
      );
      const learnt = tokenizer.encode(text);
      const start = commonPrefix(prompt, learnt);
      const end = learnt.findIndex((token, i) => i >= start && ends.has(token)) + 1 || learnt.length;
      if (raw === context)
        writer.trunk(learnt, { id, from: labels === 'all' ? 1 : start, to: labels === 'all' ? learnt.length : end });
      else writer.branch(learnt.slice(0, end), { id, from: start });
    }
    messages.push({ role, content: context });
    if (role === 'system') continue;
    const all = labels === 'all' ? { from: 1, to: Infinity } : { from: 0, to: 0 };
    writer.trunk(tokenizer.encode(render(messages, false)), { id, ...all });
  }
  return writer.finish(id);
}

/** Collects the trunk and the branches of a sequence in the order in which attention needs them. */
class SequenceWriter {
  readonly #ids: number[] = [];
  readonly #positions: number[] = [];
  readonly #branches: number[] = [];
  readonly #labelled: number[] = [];
  readonly #trunkIds: number[] = [];
  #branchCount = 0;

  /** Extends the trunk to `ids`, of which it is a prefix; indices from `from` to `to` are labelled. */
  trunk(ids: readonly number[], { id, from, to }: { id: string; from: number; to: number }): void {
    this.#expectTrunk(ids, id);
    for (let i = this.#trunkIds.length; i < ids.length; i++) {
      this.#push(ids[i] ?? 0, i, 0, i > 0 && i >= from && i < to);
      this.#trunkIds.push(ids[i] ?? 0);
    }
  }

  /** Adds the ids beyond the trunk as a branch; indices starting at `from` are labelled. */
  branch(ids: readonly number[], { id, from }: { id: string; from: number }): void {
    this.#expectTrunk(ids, id);
    this.#branchCount++;
    for (let i = this.#trunkIds.length; i < ids.length; i++)
      this.#push(ids[i] ?? 0, i, this.#branchCount, i > 0 && i >= from);
  }

  finish(id: string): Sequence | null {
    const length = this.#labelled.lastIndexOf(1) + 1;
    if (length === 0) return null;
    return {
      id,
      ids: Int32Array.from(this.#ids.slice(0, length)),
      positions: Int32Array.from(this.#positions.slice(0, length)),
      branches: Int32Array.from(this.#branches.slice(0, length)),
      labelled: Uint8Array.from(this.#labelled.slice(0, length)),
    };
  }

  #push(token: number, position: number, branch: number, labelled: boolean): void {
    this.#ids.push(token);
    this.#positions.push(position);
    this.#branches.push(branch);
    this.#labelled.push(labelled ? 1 : 0);
  }

  #expectTrunk(ids: readonly number[], id: string): void {
    if (commonPrefix(this.#trunkIds, ids) === this.#trunkIds.length) return;
    throw new LabError({
      code: 'unsupported',
      where: id,
      what:
        'The chat template renders earlier turns differently once the conversation continues, so that they cannot be ' +
        'learnt in one pass.',
      todo:
        'Set data.template to a file with one that only appends: trainer/presets/chatml.jinja for models whose turns ' +
        'end with <|im_end|>, such as Qwen and SmolLM.',
    });
  }
}
