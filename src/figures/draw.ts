import * as Plot from '@observablehq/plot';

/** The width of a figure, and whether it shows values under the pointer. */
export interface FigureSize {
  /** In CSS pixels. */
  width: number;
  /** For pages, not for files. */
  tip?: boolean;
}

/** The class of every figure; `ui/styles/figures.css` has the rules for it. */
const FIGURE_CLASS = 'lab-figure';

/**
 * Draws a figure without the `<style>` that Plot puts into each: a page with a strict policy blocks inline styles and
 * reports every one. The rules are in `ui/styles/figures.css` instead.
 */
export function drawFigure(options: Plot.PlotOptions, label: string): SVGSVGElement | HTMLElement {
  const figure = Plot.plot({ ...options, className: FIGURE_CLASS, ariaLabel: label });
  for (const style of figure.querySelectorAll('style')) style.remove();
  // Groups have no role that allows the labels Plot gives them; the figure as a whole has one.
  for (const part of figure.querySelectorAll('svg [aria-label]')) part.removeAttribute('aria-label');
  (figure.matches('svg') ? figure : figure.querySelector('svg'))?.setAttribute('role', 'img');
  return figure;
}
