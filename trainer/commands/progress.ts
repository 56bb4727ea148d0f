/** A progress line that is updated in place on a terminal; in a log, every tenth update is printed. */
export function progressLine(label: string): (done: number, total: number) => void {
  let last = -1;
  const live = process.stderr.isTTY;
  return (done, total) => {
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (percent === last || (!live && percent !== 100 && percent < last + 10)) return;
    last = percent;
    process.stderr.write(live ? `\r${label} ${percent} %${percent === 100 ? '\n' : ''}` : `${label} ${percent} %\n`);
  };
}
