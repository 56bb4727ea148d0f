import * as Inputs from '@observablehq/inputs';
import { library } from '@observablehq/notebook-kit/runtime';
import * as Plot from '@observablehq/plot';
import * as d3 from 'd3';
import * as htl from 'htl';
import type { Attachments } from './attachments.ts';
import { noNetwork } from '../guard/no-network.ts';
import { dialogueLengths, shareBars, utteranceLengths } from '../../figures/dataset-figures.ts';
import { lossCurves, rateCurves } from '../../figures/loss-curves.ts';

/** The lab's own figures; each returns options for Plot. */
const FIGURES = { dialogueLengths, lossCurves, rateCurves, shareBars, utteranceLengths };

/** Names of Observable's library that would fetch something. */
const fetches = () => (name: unknown) => {
  throw noNetwork(String(name));
};

/** The names that every cell may use in addition to its own; none of them fetches anything. */
export function builtins(lab: unknown, attachments: Attachments): Record<string, () => unknown> {
  const { dark, now, width, md, Generators, Mutable } = library;
  return {
    lab: () => lab,
    figures: () => FIGURES,
    Plot: () => Plot,
    Inputs: () => Inputs,
    d3: () => d3,
    htl: () => htl,
    html: () => htl.html,
    svg: () => htl.svg,
    md,
    dark,
    now,
    width,
    Generators,
    Mutable,
    FileAttachment: () => attachments.open,
    DatabaseClient: fetches,
    require: fetches,
  };
}
