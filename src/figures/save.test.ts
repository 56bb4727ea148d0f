import { JSDOM } from 'jsdom';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawFigure } from './draw.ts';
import { pngFile, svgFile } from './save.ts';

const LOOK = { colour: '#111', background: '#fefefe', font: 'Georgia, serif' };

describe('a figure as a file', () => {
  const names = ['window', 'XMLSerializer', 'Image'] as const;
  const { window } = new JSDOM('<!doctype html><body></body>');
  beforeEach(() => names.forEach((name) => void Reflect.set(globalThis, name, window[name])));
  afterEach(() => names.forEach((name) => void Reflect.deleteProperty(globalThis, name)));

  const figure = (): SVGSVGElement => {
    const drawn = drawFigure({ width: 320, height: 200, marks: [] }, 'Perplexity by representation');
    if (!(drawn instanceof window.SVGSVGElement)) throw new Error('Plot drew no SVG.');
    return drawn;
  };

  it('is drawn without a style of its own, as one image with a name', () => {
    const drawn = figure();
    expect(drawn.querySelectorAll('style')).toHaveLength(0);
    expect(drawn.getAttribute('role')).toBe('img');
    expect(drawn.getAttribute('aria-label')).toBe('Perplexity by representation');
  });

  it('carries its size, colours and type, and no tips', () => {
    const drawn = figure();
    drawn.insertAdjacentHTML(
      'beforeend',
      '<g aria-label="tip"></g><title>25.7</title><text fill="var(--plot-background)">n</text>',
    );
    const svg = svgFile(drawn, LOOK);
    const saved = new window.DOMParser().parseFromString(svg, 'text/html').querySelector('svg');
    const attribute = (name: string) => saved?.getAttribute(name);
    expect([attribute('width'), attribute('height')]).toEqual(['320', '200']);
    expect([attribute('color'), attribute('font-family')]).toEqual([LOOK.colour, LOOK.font]);
    expect(saved?.firstElementChild?.getAttribute('fill')).toBe(LOOK.background);
    expect(saved?.querySelectorAll('[aria-label="tip"], title')).toHaveLength(0);
    expect(saved?.querySelector('text')?.getAttribute('fill')).toBe(LOOK.background);
    // What the page shows stays as it is.
    expect(drawn.querySelectorAll('title')).toHaveLength(1);
  });

  it('is 640 by 400 pixels if the figure does not say', () => {
    const drawn = figure();
    drawn.removeAttribute('width');
    drawn.setAttribute('height', '100%');
    const svg = svgFile(drawn, LOOK);
    expect(svg).toContain('width="640"');
    expect(svg).toContain('height="400"');
  });

  it('says so when the browser cannot draw a PNG', async () => {
    window.HTMLImageElement.prototype.decode = () => Promise.reject(new Error('no decoder'));
    await expect(pngFile(figure(), LOOK)).rejects.toThrow(/cannot draw the figure as a PNG.*Save it as SVG/);
  });
});
