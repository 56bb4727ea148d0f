import type { Plugin } from 'vite';
import { META_POLICY } from './headers.ts';

/** Writes the Content-Security-Policy into the built page. Development goes without: hot reload needs inline code. */
export function securityMeta(): Plugin {
  return {
    name: 'solace:security-meta',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: META_POLICY },
          injectTo: 'head-prepend',
        },
        { tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head-prepend' },
      ],
    },
  };
}
