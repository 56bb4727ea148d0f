import { LabError } from '../core/error.ts';

/** The look of a figure outside the page, which gives it colours and type. */
export interface FigureLook {
  /** Of text and axes. */
  colour: string;
  background: string;
  /** Families, as CSS writes them. */
  font: string;
}

const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Pixels of a PNG per CSS pixel, for print. */
const SCALE = 3;

/** A figure as an SVG file that needs no style sheet. */
export function svgFile(figure: SVGSVGElement, { colour, background, font }: FigureLook): string {
  const copy = figure.cloneNode(true) as SVGSVGElement;
  const { width, height } = sizeOf(figure);
  for (const [name, value] of [
    ['xmlns', NAMESPACE],
    ['width', String(width)],
    ['height', String(height)],
    ['color', colour],
    ['font-family', font],
    ['font-size', '12'],
  ] as const)
    copy.setAttribute(name, value);
  // What shows values under the pointer has no use in a file.
  for (const tip of copy.querySelectorAll('[aria-label="tip"], title')) tip.remove();
  const paper = figure.ownerDocument.createElementNS(NAMESPACE, 'rect');
  paper.setAttribute('width', '100%');
  paper.setAttribute('height', '100%');
  paper.setAttribute('fill', background);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy).replaceAll('var(--plot-background)', background);
}

/**
 * A figure as a PNG file of three times its size.
 * @throws {LabError} `unsupported` if the browser cannot draw it.
 */
export async function pngFile(figure: SVGSVGElement, look: FigureLook): Promise<Blob> {
  const { width, height } = sizeOf(figure);
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgFile(figure, look))}`;
  const canvas = figure.ownerDocument.createElement('canvas');
  Object.assign(canvas, { width: width * SCALE, height: height * SCALE });
  const drawn = await image.decode().then(
    () => {
      canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
      return new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    },
    () => null,
  );
  if (drawn) return drawn;
  throw new LabError({
    code: 'unsupported',
    what: 'This browser cannot draw the figure as a PNG.',
    todo: 'Save it as SVG.',
  });
}

function sizeOf(figure: SVGSVGElement): { width: number; height: number } {
  const [width, height] = ['width', 'height'].map((name) => Math.round(Number(figure.getAttribute(name))));
  return { width: width || 640, height: height || 400 };
}
