import type { CrisisKind } from '../../core/safety/kinds.ts';
import type { HelpLine } from '../../core/safety/help/lines.ts';
import { helpTexts } from '../texts/help.ts';
import { contactOf } from './line-texts.ts';

/** Which of several kinds is addressed: the most urgent first. */
const ORDER: readonly CrisisKind[] = ['overdose', 'suicide', 'self-harm', 'abuse', 'harm-to-others'];

/**
 * The reply before the model's when a message signals danger: a fixed text, written by people, in the language in use.
 *
 * @param lines those of the person's country, as `linesOf` returns them
 */
export function firstReply(kinds: readonly CrisisKind[], lines: readonly HelpLine[]): string {
  const { heard, asks, todo } = helpTexts.firstReplies[ORDER.find((kind) => kinds.includes(kind)) ?? 'unknown'];
  const call = lines.find(({ kind }) => kind === 'emergency')?.contact ?? helpTexts.emergencyNumber;
  const listener = lines.find(({ kind }) => kind === 'talk');
  const listen = listener ? helpTexts.listener(listener.name, contactOf(listener, true)) : helpTexts.listeners;
  return `${heard(call)} ${asks}\n\n${todo(call)} ${listen} ${helpTexts.keepWriting}`;
}
