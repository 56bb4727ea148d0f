import { expect, it } from 'vitest';
import { directionOf } from './direction.ts';

it.each([
  ['Hello', 'ltr'],
  ['אני לא ישן כבר שבוע', 'rtl'],
  ['“שבוע” is a long time without sleep.', 'ltr'],
  ['OK, אני לא ישן כבר שבוע', 'rtl'],
  ['أنا لا أنام', 'rtl'],
  ['眠れない', 'ltr'],
  ['?! 12', 'auto'],
  ['', 'auto'],
])('%j is laid out %s', (text, direction) => expect(directionOf(text)).toBe(direction));
