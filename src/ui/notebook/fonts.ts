import serif from '@fontsource-variable/literata/files/literata-latin-wght-normal.woff2?url';
import serifItalic from '@fontsource-variable/literata/files/literata-latin-wght-italic.woff2?url';
import mono from '@fontsource-variable/source-code-pro/files/source-code-pro-latin-wght-normal.woff2?url';
import sans from '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2?url';
import type { Face } from '../../notebook/protocol.ts';

const FONT_FACES: (Omit<Face, 'bytes' | 'weight'> & { url: string })[] = [
  { family: 'Literata', style: 'normal', url: serif },
  { family: 'Literata', style: 'italic', url: serifItalic },
  { family: 'Source Sans', style: 'normal', url: sans },
  { family: 'Source Code', style: 'normal', url: mono },
];

/** The page's font faces, for a sandbox that cannot fetch them; faces that fail to load are left out. */
export async function loadFaces(): Promise<Face[]> {
  const found = await Promise.allSettled(
    FONT_FACES.map(async ({ url, ...face }) => {
      const response = await fetch(url);
      if (!response.ok) throw new TypeError(`HTTP ${response.status}`);
      return { ...face, weight: '200 900', bytes: await response.arrayBuffer() };
    }),
  );
  return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}
