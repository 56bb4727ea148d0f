import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Colours for the light and the dark scheme of the reader's system. */
const STYLE = `svg.figure { color: #25211b; background: #fbf8f2; }
@media (prefers-color-scheme: dark) { svg.figure { color: #ece5d9; background: #1a1815; } }`;

/** Marks a file as written by this command, so that it may be replaced. */
const OWN = 'data-drawn-by="solace-lab"';

/** Whether an SVG is one that `drawSvg` made. */
export function isOwnSvg(text: string): boolean {
  return text.startsWith('<svg ') && text.slice(0, text.indexOf('>')).includes(OWN);
}

/** Draws figures one below the other into one self-contained SVG file. */
export function drawSvg(figures: readonly Plot.PlotOptions[], title: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const width = Math.max(...figures.map((figure) => figure.width ?? 0));
  const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  let top = 0;
  for (const figure of figures) {
    const plot = Plot.plot({ ...figure, document: document });
    plot.setAttribute('y', String(top));
    top += figure.height ?? 0;
    root.append(plot);
  }
  const name = document.createElement('title');
  name.textContent = title;
  const size = `viewBox="0 0 ${width} ${top}" width="${width}" height="${top}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="figure" ${OWN} ${size} role="img">
${name.outerHTML}<style>${STYLE}</style>
${root.innerHTML}
</svg>
`;
}
