// Prints "N passed, N failed", summed over vitest's JSON reports, and exits with the tests' status. A run that failed
// before or beside its tests (types, lint, build, coverage, a file that cannot be imported) counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [exitStatus = '1', ...paths] = process.argv.slice(2);
const status = Number(exitStatus);
const reports = paths.map((path) =>
  existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false },
);
const sum = (field) => reports.reduce((total, report) => total + report[field], 0);

const passed = sum('numPassedTests');
const skipped = sum('numPendingTests');
const broken = status !== 0 || passed === 0 || reports.some(({ success }) => !success);
const failed = broken ? Math.max(1, sum('numFailedTests')) : sum('numFailedTests');

console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exitCode = broken ? status || 1 : 0;
