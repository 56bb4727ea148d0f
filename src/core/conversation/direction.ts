const LETTERS = /\p{L}/gu;
const FROM_THE_RIGHT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;

/**
 * The direction of most letters of a text, for `dir`. A browser's `auto` follows the first letter alone, so that an
 * English reply would be laid out from the right because it quotes a Hebrew word first. Without letters it is `auto`.
 */
export function directionOf(text: string): 'ltr' | 'rtl' | 'auto' {
  const letters = text.match(LETTERS)?.length ?? 0;
  if (letters === 0) return 'auto';
  return 2 * (text.match(FROM_THE_RIGHT)?.length ?? 0) > letters ? 'rtl' : 'ltr';
}
