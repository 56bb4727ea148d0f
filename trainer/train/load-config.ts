import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { LabError } from '../../src/core/error.ts';
import { didYouMean } from '../../src/node/nearest.ts';
import { parseRunConfig, type RunConfig } from './config.ts';
import { readText } from '../../src/node/read-file.ts';

export const PRESETS = ['built-in', 'smollm2-135m', 'paper-mistral-7b', 'paper-llama2-7b'] as const;

export interface ConfigSources {
  preset?: string;
  /** A YAML file. */
  file?: string;
  /** `key.path=value`, with values as in YAML; the last one wins, also over file and preset. */
  set?: readonly string[];
}

/**
 * The configuration of a run from a preset, a file and single settings.
 * @throws {LabError} `bad-config` that lists unknown keys and wrong values.
 */
export async function loadConfig({ preset, file, set = [] }: ConfigSources): Promise<RunConfig> {
  const raw: Record<string, unknown> = {};
  if (preset !== undefined) {
    if (!PRESETS.some((name) => name === preset)) {
      throw new LabError({
        code: 'bad-config',
        what: `The preset ${preset} does not exist.`,
        todo: didYouMean(preset, PRESETS) || `Use one of ${PRESETS.join(', ')}.`,
      });
    }
    merge(raw, await readYamlFile(join(import.meta.dirname, '../presets', `${preset}.yaml`)));
  }
  if (file !== undefined) merge(raw, await readYamlFile(file));
  for (const setting of set) merge(raw, parseSetting(setting));
  return parseRunConfig(raw, file ?? preset ?? '--set');
}

/**
 * The settings of a YAML file.
 * @param what names it in the error, e.g. `The plan`.
 * @param option the option that names it.
 * @throws {LabError} `missing-file`, or `bad-config` when it is not valid YAML.
 */
export async function readYamlFile(
  path: string,
  what = 'The configuration',
  option = '--config',
): Promise<Record<string, unknown>> {
  const text = await readText(path, { what: `${what} cannot be read`, todo: `Check ${option}.` });
  return readYaml(text, path);
}

/**
 * The settings of a YAML text.
 * @throws {LabError} `bad-config` that names `path`.
 */
export function readYaml(text: string, path: string): Record<string, unknown> {
  try {
    return asObject(parseYaml(text), path);
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-config',
      what: 'It is not valid YAML',
      where: path,
      todo: 'Check the indentation.',
    });
  }
}

function parseSetting(setting: string): Record<string, unknown> {
  const at = setting.indexOf('=');
  if (at < 1)
    throw new LabError({
      code: 'bad-config',
      what: `--set ${setting} has no value.`,
      todo: 'Write --set key.path=value.',
    });
  return setting
    .slice(0, at)
    .split('.')
    .reduceRight<unknown>((value, key) => ({ [key]: value }), settingValue(setting, at)) as Record<string, unknown>;
}

function settingValue(setting: string, at: number): unknown {
  try {
    return parseYaml(setting.slice(at + 1));
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-config',
      where: `--set ${setting}`,
      what: 'The value is not valid YAML',
      todo: 'Put it in quotes.',
    });
  }
}

function merge(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    if (key === '__proto__')
      throw new LabError({
        code: 'bad-config',
        what: 'The key __proto__ does not exist.',
        todo: 'See docs/reference/training.md for the keys.',
      });
    const before = target[key];
    if (isObject(before) && isObject(value)) merge(before, value);
    else target[key] = value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new LabError({
    code: 'bad-config',
    where,
    what: 'It contains no settings.',
    todo: 'Write key: value lines; see docs/reference/training.md.',
  });
}
