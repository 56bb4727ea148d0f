/** Colours that keep a contrast of 3:1 on light and on dark paper; hues after Okabe and Ito. */
const COLOURS = ['#2f7fc1', '#c4622d', '#1c8f6e', '#a561b5', '#8a7a1f', '#c04a78'];

/** The colour of the series at an index. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? 'currentColor';
}
