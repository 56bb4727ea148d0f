// Prints "N passed, N failed" from vitest's JSON report and exits with the tests' status. A run that failed before or
// beside its tests (types, lint, build, a file that cannot be imported) counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [path = '', exitStatus = '1'] = process.argv.slice(2);
const status = Number(exitStatus);
const report = existsSync(path)
  ? JSON.parse(readFileSync(path, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false };

const { numPassedTests: passed, numPendingTests: skipped } = report;
const broken = status !== 0 || !report.success || passed === 0;
const failed = broken ? Math.max(1, report.numFailedTests) : report.numFailedTests;

console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exitCode = broken ? status || 1 : 0;
