import type { Message } from '../../core/conversation/conversation.ts';
import { answeredOn, signalOf } from '../../core/conversation/danger.ts';
import type { CrisisSignal } from '../../core/safety/kinds.ts';
import { chatTexts } from '../texts/chat.ts';
import { helpTexts } from '../texts/help.ts';

/** What a screen reader says about the chat. */
export class Announcer {
  text = $state('');
  /** What is announced at once, interrupting whatever is being read. */
  alert = $state('');
  readonly #firstReply: (signal: CrisisSignal) => string;

  constructor(firstReply: (signal: CrisisSignal) => string) {
    this.#firstReply = firstReply;
  }

  say(text: string): void {
    this.text = changed(this.text, text);
  }

  /** Announces that the reply at the end of `path` is being written, unless help is listed, which matters more. */
  begins(path: readonly Message[]): void {
    if (answeredOn(path).at(-1)?.level === 'none') this.say(chatTexts.writing);
  }

  /** Announces at once that help is listed, if a message calls for it. */
  help(message: Message): void {
    const signal = signalOf(message);
    if (signal.level === 'none') return;
    const { listed } = helpTexts;
    this.alert = changed(this.alert, signal.level === 'danger' ? `${listed} ${this.#firstReply(signal)}` : listed);
  }
}

/** A screen reader speaks only what has changed, so repeated text ends in a space, which is not spoken. */
const changed = (before: string, text: string): string => (text && text === before ? `${text}\u00a0` : text);
