import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { chatTemplate } from '../../src/core/formats/checkpoint/template.ts';
import { tokenizerFacts } from '../../src/core/formats/checkpoint/tokenizer-facts.ts';

/** The settings that determine a model's behaviour besides its weights, from whichever file. */
export interface Effective {
  'chat template': string | null;
  'rope theta': number;
  'rope scaling': unknown;
  'sliding windows': readonly (number | null)[];
  'tied head': boolean;
  'norm epsilon': number;
  /** Tokens that end a reply, in any order. */
  'end tokens': readonly number[];
  /** The token before every text; `last token` is the one after it. */
  'first token': number | null;
  'last token': number | null;
}

export function effectiveSettings({ config, files }: Checkpoint): Effective {
  const { begins, ends } = tokenizerFacts(files);
  return {
    'chat template': chatTemplate(files) ?? null,
    'rope theta': Math.fround(config.ropeTheta),
    'rope scaling': config.ropeScaling,
    'sliding windows': config.windows,
    'tied head': config.tied,
    'norm epsilon': Math.fround(config.normEpsilon),
    'end tokens': [...config.eosTokenIds].sort((a, b) => a - b),
    'first token': begins ?? null,
    'last token': ends ?? null,
  };
}

/**
 * Compares the settings of a copy with those of its source, and its context with what is allowed.
 * @throws {LabError} `bad-file` that names every setting that differs.
 */
export function checkEffective(expected: Effective, found: Effective, where: string): void {
  const problems = (Object.keys(expected) as (keyof Effective)[]).flatMap((name) => {
    const [wanted, read] = [JSON.stringify(expected[name]), JSON.stringify(found[name])];
    return wanted === read ? [] : [`the ${name} is ${short(read)} where the source has ${short(wanted)}`];
  });
  if (problems.length === 0) return;
  throw new LabError({
    code: 'bad-file',
    where,
    what: `The settings of the copy differ from its source: ${problems.join('; ')}.`,
    todo: 'Please report this; the copy was not kept.',
  });
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
