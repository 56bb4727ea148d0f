import { formatNumber } from '../../core/units.ts';
import type { LanguageId } from './languages.ts';

/** How a language counts: 1 token, 2 tokens, 1,024 tokens. */
export function countingIn(language: LanguageId): (n: number, one: string, many: string) => string {
  const rules = new Intl.PluralRules(language);
  return (n, one, many) => `${formatNumber(n, 0, language)} ${rules.select(n) === 'one' ? one : many}`;
}
