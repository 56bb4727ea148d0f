import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, '.github/workflows');
const FILES = readdirSync(FOLDER);

const Step = z.object({ uses: z.string().optional(), run: z.string().optional() }).loose();
const Workflow = z
  .object({
    name: z.string(),
    on: z.record(z.string(), z.unknown()),
    permissions: z.record(z.string(), z.enum(['read', 'write', 'none'])),
    jobs: z.record(
      z.string(),
      z.object({ 'runs-on': z.string(), 'timeout-minutes': z.number(), steps: z.array(Step) }).loose(),
    ),
  })
  .loose();

const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const stepsOf = (file: string): z.infer<typeof Step>[] =>
  Object.values(Workflow.parse(parse(textOf(file))).jobs).flatMap(({ steps }) => steps);
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

describe('the workflows', () => {
  it('are those that test, publish and release', () => {
    expect(FILES.sort()).toEqual(['ci.yml', 'nightly.yml', 'pages.yml', 'release.yml']);
  });

  it.each(FILES)('%s declares its permissions and limits the time of each job', (file) => {
    const { jobs } = Workflow.parse(parse(textOf(file)));
    expect(Object.keys(jobs).length).toBeGreaterThan(0);
  });

  it.each(FILES)('%s runs only scripts that package.json has', (file) => {
    const commands = stepsOf(file).flatMap(({ run = '' }) => [
      ...run.matchAll(/npm (?:run (?:-s )?([\w:-]+)|(test)\b)/g),
    ]);
    const named = commands.map(([, script, test]) => script ?? test);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });

  it.each(FILES)('%s pins each action by its major version', (file) => {
    const actions = stepsOf(file).flatMap(({ uses }) => uses ?? []);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
  });

  it.each(FILES)('%s names no host', (file) => {
    expect(textOf(file)).not.toMatch(/https?:\/\//);
  });

  it('run the slow tests at night', () => {
    expect(textOf('nightly.yml')).toMatch(/SOLACE_SLOW: '1'/);
  });
});
