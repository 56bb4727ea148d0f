/** How much of a line is shown. */
const LONGEST_LINE = 120;

/** Adds the line to an error that the parser found in the text of a cell. */
export function withPlace(error: unknown, source: string): unknown {
  if (!(error instanceof SyntaxError)) return error;
  const [, message = '', line = '', column = ''] = /^(.*) \((\d+):(\d+)\)$/s.exec(error.message) ?? [];
  if (line === '') return error;
  const text = source.split('\n')[Number(line) - 1]?.trim();
  return new SyntaxError(
    `${message} in line ${line}, column ${Number(column) + 1}${text ? `: ${text.slice(0, LONGEST_LINE)}` : ''}`,
    { cause: error },
  );
}
