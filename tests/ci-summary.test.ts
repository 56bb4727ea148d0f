import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'solace-summary-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function report(name: string, numPassedTests: number, numFailedTests: number, numPendingTests = 0): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(
    path,
    JSON.stringify({ numPassedTests, numFailedTests, numPendingTests, success: numFailedTests === 0 }),
  );
  return path;
}

/** What `.ci/summary.js` prints, and its exit status. */
function summary(status: number, ...reports: string[]): [string, number | null] {
  const { stdout, status: exit } = spawnSync(process.execPath, ['.ci/summary.js', String(status), ...reports]);
  return [stdout.toString(), exit];
}

describe('the last line of a CI run', () => {
  it('sums the reports', () => {
    expect(summary(0, report('unit', 10, 0, 1), report('browser', 5, 0, 2))).toEqual([
      '15 passed, 0 failed, 3 skipped\n',
      0,
    ]);
    expect(summary(1, report('unit', 9, 1), report('browser', 3, 2))).toEqual(['12 passed, 3 failed\n', 1]);
  });

  it('counts what failed beside the tests as one failure', () => {
    expect(summary(2, report('unit', 10, 0), report('browser', 5, 0))).toEqual(['15 passed, 1 failed\n', 2]);
    expect(summary(0, report('unit', 10, 0), join(folder, 'missing.json'))).toEqual(['10 passed, 1 failed\n', 1]);
  });
});
