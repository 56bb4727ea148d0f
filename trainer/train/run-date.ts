import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { readIfPresent } from '../../src/node/read-file.ts';
import { type RunConfig, runSchema } from './config.ts';
import { CONFIG_FILE } from './place.ts';

/**
 * The configuration with the date that chat templates print. It is fixed when a run starts and kept in its config.yaml:
 * a template that writes today's date into each conversation would produce different data tomorrow.
 */
export async function withRunDate(
  config: RunConfig,
  { resume }: { resume: boolean },
  now = new Date(),
): Promise<RunConfig> {
  const date = config.data.date ?? (resume ? await savedDate(config.out) : undefined) ?? localTime(now);
  return { ...config, data: { ...config.data, date } };
}

/** The date of a configuration; undefined for now. */
export function dateOf({ data }: RunConfig): Date | undefined {
  return data.date === undefined ? undefined : new Date(data.date);
}

async function savedDate(out: string): Promise<string | undefined> {
  const text = await readIfPresent(join(out, CONFIG_FILE));
  if (text === undefined) return undefined;
  try {
    return runSchema.parse(parseYaml(text)).data.date;
  } catch {
    // A file that has been edited since does not prevent resuming; the data are compared anyway.
    return undefined;
  }
}

/** Local time to the second, as `new Date` reads it. */
function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
