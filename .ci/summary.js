// Prints "N passed, N failed", summed over vitest's JSON reports, and exits with the tests' status. A run that failed
// before or beside its tests (types, lint, build, coverage, a file that cannot be imported) counts as one failure.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [exitStatus = '1', ...paths] = process.argv.slice(2);
const status = Number(exitStatus);
const reports = paths.map((path) =>
  existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, success: false },
);
const firstLines = (text) => text.split('\n').slice(0, 12).join('\n');
const sum = (field) => reports.reduce((total, report) => total + report[field], 0);

const passed = sum('numPassedTests');
const skipped = sum('numPendingTests');
const broken = status !== 0 || passed === 0 || reports.some(({ success }) => !success);
const failed = broken ? Math.max(1, sum('numFailedTests')) : sum('numFailedTests');

// The log is long, and only its end may be kept.
for (const { testResults = [] } of reports)
  for (const { name, status: outcome, message, assertionResults } of testResults.filter(
    (file) => file.status !== 'passed',
  )) {
    console.log(`\n${outcome}: ${relative(process.cwd(), name)}`);
    if (message) console.log(firstLines(message));
    for (const { status: result, fullName, failureMessages } of assertionResults)
      if (result === 'failed') console.log(`- ${fullName}\n${firstLines(failureMessages.join('\n'))}`);
  }

console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exitCode = broken ? status || 1 : 0;
