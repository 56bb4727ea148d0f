import type { StoredFile } from './database.ts';

/** For so long the bytes of a file to which nobody has written are not compared again: seven days in milliseconds. */
const TRUSTED_MS = 7 * 24 * 60 * 60 * 1000;

/** Whether a file was compared lately, and no segment has been written since. `now`: the time, and when each was. */
export function isUnchanged({ checked }: StoredFile, now: StoredFile['checked']): boolean {
  if (!checked || !now || now.written.length !== checked.written.length) return false;
  return now.at - checked.at < TRUSTED_MS && now.written.every((time, i) => time === checked.written[i]);
}
