import { expect, it } from 'vitest';
import { tinyCheckpoint } from '../../engine/testing/tiny-model.ts';
import { floatModule } from './adapter.ts';
import { checkAdapter } from './merged.ts';
import { settingsOfModules } from './module-settings.ts';

it('an adapter that does not fit is sent to its own base, but not to the one that was tried', () => {
  const base = tinyCheckpoint();
  const modules = new Map([['model.foreign_proj', floatModule([2, 2], 1)]]);
  const advice = (named: string | undefined): unknown => {
    const settings = settingsOfModules(modules, named);
    try {
      checkAdapter(base, { name: 'mine', modules, settings, factors: () => Promise.reject(new Error('unused')) });
    } catch (error) {
      return (error as { detail: { todo: string } }).detail.todo;
    }
    return undefined;
  };
  expect(advice('Other-1B')).toBe('Use the model that it was trained on (Other-1B).');
  expect(advice(`models/${base.name}/`)).toMatch(/^It names this model .* export it again from its source/);
  expect(advice(undefined)).toBe('Use the model that it was trained on.');
});
