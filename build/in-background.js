// Runs a command so that it leaves the processor to others: `npm test` gives it to the browser tests, which take
// longest.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

const [command = '', ...rest] = process.argv.slice(2);
try {
  // Children inherit it. A sixth of the usual share, so that what runs here does not come to a stop.
  setPriority(8);
} catch {
  // Some systems do not allow it; then all share alike.
}
spawn(command, rest, { stdio: 'inherit', shell: process.platform === 'win32' }).on('exit', (code) => {
  process.exitCode = code ?? 1;
});
