import type { Command, Option } from './command-options.ts';

/** Width of the help in columns. */
const WIDTH = 100;
const INDENT = 30;

/** The help of one command; `called` is how it is called, e.g. `npm run trainer -- train`. */
export function commandHelp(called: string, { summary, options, operand, examples }: Command): string {
  const entries = Object.entries(options);
  const required = entries
    .filter(([, option]) => option.required)
    .map(([option, how]) => usage(option, how, option === operand));
  const free = operand !== undefined && !options[operand]?.required ? [`[${bare(options[operand])}]`] : [];
  const rest = entries.some(([, option]) => !option.required) ? ['[options]'] : [];
  const lines = [
    ...entries.map(([option, how]) =>
      entry(
        usage(option, how, false),
        `${how.about}${option === operand ? ' The name of the option can be omitted.' : ''}${suffix(how)}`,
      ),
    ),
    entry('-h, --help', 'Print this help.'),
    entry('--version', 'Print the version.'),
  ];
  return [
    summary,
    '',
    `Usage: ${[called, ...free, ...required, ...rest].join(' ')}`,
    '',
    'Options:',
    ...lines,
    '',
    'Examples:',
    ...examples.map((example) => `  ${[called, example].join(' ').trimEnd()}`),
    '',
  ].join('\n');
}

/** An overview of all commands, one line each. */
export function overview(script: string, summaries: readonly (readonly [name: string, summary: string])[]): string {
  const indent = Math.max(14, ...summaries.map(([name]) => name.length + 4));
  const lines = summaries.map(([name, summary]) => entry(name, summary, indent));
  return [
    `Usage: ${script} <command> [options]`,
    '',
    'Commands:',
    ...lines,
    '',
    `Options of a command: ${script} <command> --help`,
    '',
  ].join('\n');
}

function usage(name: string, option: Option, isOperand: boolean): string {
  if (option.kind === 'flag') return `--${name}`;
  return isOperand ? `[--${name}] ${bare(option)}` : `--${name} ${bare(option)}`;
}

function bare(option: Option | undefined): string {
  const value = option?.value ?? option?.choices?.join('|') ?? (option?.kind === 'count' ? 'N' : 'TEXT');
  return option?.many ? `${value}…` : value;
}

function suffix({ choices, value, required, many, default: preset, otherwise }: Option): string {
  return [
    choices && value !== undefined ? ` One of ${choices.join(', ')}.` : '',
    many ? ' Can be repeated.' : '',
    required
      ? ' Required.'
      : preset !== undefined
        ? ` Default: ${preset}.`
        : otherwise !== undefined
          ? ` Default: ${otherwise}.`
          : '',
  ].join('');
}

/** A term with its explanation next to it, or below it if the term is long. */
function entry(term: string, text: string, indent = INDENT): string {
  const lines = wrap(text, WIDTH - indent);
  const head = `  ${term}`;
  if (head.length + 2 > indent) lines.unshift('');
  return lines.map((line, i) => `${(i === 0 ? head : '').padEnd(indent)}${line}`.trimEnd()).join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
