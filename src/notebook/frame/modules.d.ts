declare module 'htl' {
  type Tag<Made> = (strings: TemplateStringsArray, ...values: unknown[]) => Made;
  export const html: Tag<HTMLElement>;
  export const svg: Tag<SVGElement>;
}

/** Used by cells; the lab only passes it on. */
declare module '@observablehq/inputs' {
  export const table: (rows: readonly unknown[], options?: object) => HTMLElement;
}
