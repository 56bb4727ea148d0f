/** Where a hostile notebook tries to send what it knows. */
export interface Target {
  udp: number;
  tcp: number;
  /** The frame's own script, which its policy knows by hash. */
  hash: string;
}

/** The address to which a hostile notebook adds what it sends. */
export const secretAddress = (tcp: number): string => `http://127.0.0.1:${tcp}/?secret-`;

/** A notebook file with these cells of JavaScript. */
export const notebook = (title: string, cells: readonly string[]): string => `<!doctype html>
<notebook theme="air">
  <title>${title}</title>
${cells.map(cellScript).join('\n')}
</notebook>`;

const cellScript = (cell: string, i: number): string =>
  `  <script id="${i + 1}" type="module">\n${cell.replaceAll('</script', '<\\/script')}\n  </script>`;
