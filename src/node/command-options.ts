/** Commands and their options. Parsing and help read the same tables. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { LabError } from '../core/error.ts';
import { didYouMean } from './nearest.ts';

/** One option of a command. */
export interface Option {
  /** `count` is a whole number from 1, `flag` takes no value. */
  kind: 'text' | 'count' | 'flag';
  /** What it does, for the help; ends with a full stop. */
  about: string;
  /** Placeholder for the value in the help, e.g. FOLDER. */
  value?: string;
  /** Whether it can be repeated. */
  many?: true;
  required?: true;
  default?: string;
  /** What happens without it, in words, if `default` cannot say so. */
  otherwise?: string;
  /** The allowed values; case does not matter. */
  choices?: readonly string[];
}

export type OptionTable = Readonly<Record<string, Option>>;

type Value<O extends Option> = O extends { kind: 'flag' }
  ? boolean
  : O extends { many: true }
    ? string[]
    : O extends { kind: 'count' }
      ? number | (O extends { default: string } ? never : undefined)
      : | (O extends { choices: readonly (infer C)[] } ? C : string)
        | (O extends { required: true } | { default: string } ? never : undefined);

/** The values of a table's options. A repeatable option is a list, empty if it was not given. */
export type Values<T extends OptionTable> = { [K in keyof T]: Value<T[K]> };

type Print = (line: string) => void;

interface Definition<T extends OptionTable> {
  /** One line for the overview. */
  summary: string;
  options: T;
  /** The option that an argument without `--` sets. */
  operand?: keyof T & string;
  /** Example arguments, for the help. */
  examples: readonly string[];
  /** Results go to `print`, one per line; progress goes to standard error. */
  run(values: Values<T>, print: Print, signal: AbortSignal): Promise<void>;
}

/** One command. */
export interface Command {
  summary: string;
  options: OptionTable;
  operand?: string;
  examples: readonly string[];
  /** @throws {LabError} for anything that goes wrong, worded for the person at the terminal. */
  run(args: string[], print: Print, signal: AbortSignal): Promise<void>;
}

/** A command whose arguments are parsed by its table of options. */
export function defineCommand<const T extends OptionTable>(definition: Definition<T>): Command {
  return { ...definition, run: (args, print, signal) => definition.run(parseValues(definition, args), print, signal) };
}

/** Whether `--help` or `--version` is among the arguments and not the value of another option. */
export function askedFor(args: readonly string[], options: OptionTable): 'help' | 'version' | undefined {
  for (const { name } of optionTokens(args, options)) {
    if (name === 'help' || name === 'h') return 'help';
    if (name === 'version') return 'version';
  }
  return undefined;
}

/** @throws {LabError} `bad-config` for an unknown, missing or impossible value; it names the option. */
function parseValues<T extends OptionTable>(
  { options, operand }: Pick<Definition<T>, 'options' | 'operand'>,
  args: readonly string[],
): Values<T> {
  for (const { name, rawName } of optionTokens(args, options)) {
    if (Object.hasOwn(options, name)) continue;
    throw new LabError({
      code: 'bad-config',
      what: `There is no option ${rawName}.`,
      todo: didYouMean(name, Object.keys(options), '--') || 'See --help.',
    });
  }
  const { values, positionals } = parseStrictly(args, options);
  const given = new Map(Object.entries(values));
  if (positionals.length > 0) fillOperand(given, positionals, options, operand);
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, valueOf(name, option, given.get(name))]),
  ) as Values<T>;
}

type Given = string | boolean | (string | boolean)[] | undefined;

function fillOperand(
  given: Map<string, Given>,
  bare: string[],
  options: OptionTable,
  operand: string | undefined,
): void {
  const [first = '', second] = bare;
  const option = operand === undefined ? undefined : options[operand];
  if (!option || operand === undefined)
    throw new LabError({ code: 'bad-config', what: `"${first}" does not belong to an option.`, todo: 'See --help.' });
  const before = given.get(operand);
  if (option.many) {
    given.set(operand, [...(Array.isArray(before) ? before : []), ...bare]);
  } else if (second !== undefined || before !== undefined) {
    throw new LabError({
      code: 'bad-config',
      what: `"${second ?? first}" is one too many: --${operand} takes one value.`,
      todo: 'See --help.',
    });
  } else {
    given.set(operand, first);
  }
}

function valueOf(name: string, option: Option, given: Given): unknown {
  if (option.kind === 'flag') return given === true;
  if (option.many) {
    const list = Array.isArray(given) ? given : [];
    if (list.length === 0 && option.required) throw missing(name, option);
    return list;
  }
  const text = typeof given === 'string' ? given : option.default;
  if (option.required && !text) throw missing(name, option);
  if (text === undefined) return undefined;
  if (option.kind === 'count') return wholeNumber(name, text);
  return option.choices ? choose(name, text, option.choices) : text;
}

function missing(name: string, { choices }: Option): LabError {
  return new LabError({
    code: 'bad-config',
    what: `--${name} is missing.`,
    todo: choices ? `Use one of ${choices.join(', ')}.` : 'See --help.',
  });
}

function config(options: OptionTable): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { kind, many }]) => [
      name,
      { type: kind === 'flag' ? 'boolean' : 'string', multiple: many ?? false },
    ]),
  );
}

function optionTokens(args: readonly string[], options: OptionTable): { name: string; rawName: string }[] {
  const { tokens } = parseArgs({ args: [...args], options: config(options), strict: false, tokens: true });
  return tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
}

function parseStrictly(
  args: readonly string[],
  options: OptionTable,
): { values: Record<string, Given>; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: config(options), strict: true, allowPositionals: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]?.split('. ')[0] : String(error);
    throw new LabError({ code: 'bad-config', what: `${reason?.replace(/\.$/, '') ?? ''}.`, todo: 'See --help.' });
  }
}

/** A value that must be in a list; case does not matter. */
export function choose<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): T {
  const found =
    allowed.find((name) => name === value) ?? allowed.find((name) => name.toLowerCase() === value?.toLowerCase());
  if (found) return found;
  const what = value === undefined ? `--${option} is missing.` : `--${option} ${value} is not known.`;
  throw new LabError({
    code: 'bad-config',
    what,
    todo: `${didYouMean(value ?? '', allowed)} Use one of ${allowed.join(', ')}.`.trimStart(),
  });
}

function wholeNumber(option: string, value: string): number {
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value)) && Number(value) > 0) return Number(value);
  throw new LabError({ code: 'bad-config', what: `--${option} ${value} is not a whole number from 1.` });
}
