import { expect, it } from 'vitest';
import { Router } from './router.svelte.ts';
import { memoryTexts } from './testing/fakes.ts';

function setUp(hash = '', stored: Record<string, string> = {}) {
  const steps: string[] = [];
  const texts = memoryTexts(stored);
  const address = {
    get: () => hash,
    go: (to: string) => void (steps.push(`go ${to}`), (hash = to)),
    replace: (to: string) => void (steps.push(`replace ${to}`), (hash = to)),
  };
  const router = new Router(address, texts);
  return { router, steps, texts, route: () => [router.route.view.id, router.route.param] };
}

it('takes its route from the address, and follows the browser', () => {
  const { router, steps, route } = setUp('#/runs/r1');
  expect(route()).toEqual(['runs', 'r1']);
  router.go('chat', 'c1');
  expect(route()).toEqual(['runs', 'r1']);
  router.arrive();
  expect(route()).toEqual(['chat', 'c1']);
  expect(steps).toEqual(['go #/chat/c1']);
});

it('replaces the address without a history entry', () => {
  const { router, steps, route } = setUp('#/chat');
  router.replace('chat', 'c1');
  expect(route()).toEqual(['chat', 'c1']);
  expect(steps).toEqual(['replace #/chat/c1']);
});

it('remembers the last route of each view, also after a reload', () => {
  const { router, texts } = setUp('#/chat/c1');
  router.go('runs');
  router.arrive();
  expect(router.lastParam('chat')).toBe('c1');
  const reloaded = setUp('#/runs', Object.fromEntries(texts.texts)).router;
  expect([reloaded.lastParam('chat'), reloaded.lastParam('data')]).toEqual(['c1', null]);
});

it('forgets a route that no longer exists, immediately if it is shown, and after a reload', () => {
  const here = setUp('#/chat/c1');
  here.router.forget('chat');
  expect(here.route()).toEqual(['chat', null]);
  const there = setUp('#/runs', { 'solace.places': '{"chat":"c1"}' });
  there.router.forget('chat');
  expect(there.route()).toEqual(['runs', null]);
  expect(there.router.lastParam('chat')).toBeNull();
  const reloaded = setUp('#/runs', Object.fromEntries(there.texts.texts)).router;
  expect(reloaded.lastParam('chat')).toBeNull();
});

it.each(['{', '3', '{"chat":{"deep":1}}'])('starts fresh if the stored value is broken: %s', (stored) => {
  expect(setUp('#/runs', { 'solace.places': stored }).router.lastParam('chat')).toBeNull();
});
