import { expect, it } from 'vitest';
import { readQuery } from '../core/links/query.ts';
import { NOTEBOOK_SHAPE, notebookHash, readInputNames } from './links.ts';
import { parseRoute } from './routes.ts';

it('a link to a notebook carries what its inputs show', () => {
  const inputs = { Dialogue: '["Grief: he sang"]', 'Budget, tokens': '320' };
  const { view, param, query } = parseRoute(notebookHash('compression-playground', inputs));
  expect([view.id, param]).toEqual(['notebooks', 'compression-playground']);
  expect(readQuery(query, NOTEBOOK_SHAPE)).toEqual({ values: { inputs }, refused: [] });
});

it('what a sandbox sends is carried only if it is a few short texts', () => {
  const plain = '#/notebooks/loss-curves';
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`input ${i}`, '1']));
  for (const sent of [undefined, null, 5, {}, { a: 1 }, { a: 'x'.repeat(1001) }, many]) {
    expect(notebookHash('loss-curves', sent)).toBe(plain);
  }
  expect(readInputNames(['Budget', 'Dialogue'])).toEqual(['Budget', 'Dialogue']);
  for (const sent of [undefined, 'Budget', [1], ['x'.repeat(201)]]) expect(readInputNames(sent)).toEqual([]);
});
