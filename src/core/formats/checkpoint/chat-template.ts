import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { LabError } from '../../error.ts';

/** The variables of a template besides `messages`, as in Hugging Face's chat templates. */
export type TemplateVariables = Record<string, unknown>;

/** A compiled chat template. Rendering always ends, whoever wrote it. */
export interface ChatTemplate {
  readonly source: string;
  /**
   * @param now what `strftime_now` prints.
   * @throws {LabError} `bad-config` when the template needs more work than a conversation can justify; whatever it
   * raises itself.
   */
  render(variables: TemplateVariables, now?: Date): string;
}

/** Maximum length in characters; the longest templates in use have about 20,000. */
const MAX_SOURCE = 400_000;
/** Maximum run of white space, on which the parser takes quadratic time. */
const LONG_BLANK = /\s{4000}/;
/**
 * The budget of rendering. Each expression costs one, plus one per 16 characters or items of its value. A conversation
 * of a thousand long messages needs about a quarter of it.
 */
const MAX_WORK = 600_000;
const MAX_LENGTH = 4_000_000;
const MAX_RANGE = 100_000;

/** Globals that the library's `Template` defines; repeated here because the library does not export them. */
const CONSTANTS = { true: true, false: false, none: null, True: true, False: false, None: null };

/**
 * Compiles a chat template (Jinja, as Transformers reads it).
 * @throws {LabError} `bad-config` when it is not valid.
 */
export function compileTemplate(source: string, where: string): ChatTemplate {
  if (source.length > MAX_SOURCE || LONG_BLANK.test(source)) {
    throw new LabError({
      code: 'bad-config',
      where,
      what: 'Its chat template is too long.',
      todo: 'Use the template that came with the model.',
    });
  }
  let parsed: Template['parsed'];
  try {
    ({ parsed } = new Template(source));
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-config',
      where,
      what: 'Its chat template is not valid',
      todo: 'Use the template that came with the model.',
    });
  }
  return {
    source,
    render(variables, now = new Date()) {
      const environment = new Environment();
      const functions = {
        raise_exception: raise,
        range: boundedRange,
        strftime_now: (format: string) => strftime(now, format),
      };
      for (const [name, value] of Object.entries({ ...CONSTANTS, ...functions, ...variables }))
        environment.set(name, value);
      const { value } = new BoundedInterpreter(environment, where).run(parsed);
      return value as string;
    },
  };
}

/** An interpreter that stops a template that loops or grows beyond need. */
class BoundedInterpreter extends Interpreter {
  #work = 0;
  readonly #where: string;

  constructor(environment: Environment, where: string) {
    super(environment);
    this.#where = where;
  }

  override evaluate(...input: Parameters<Interpreter['evaluate']>): ReturnType<Interpreter['evaluate']> {
    const result = super.evaluate(...input);
    const { value } = result;
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    this.#work += 1 + length / 16;
    if (this.#work > MAX_WORK || length > MAX_LENGTH) throw endless(this.#where);
    return result;
  }
}

function endless(where: string): LabError {
  return new LabError({
    code: 'bad-config',
    where,
    what: 'Its chat template was stopped: it loops or grows far beyond what a conversation needs.',
    todo: 'Use the template that came with the model, or get the model from a source that you trust.',
  });
}

function raise(message: string): never {
  throw new Error(message);
}

function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error('range() step must not be zero');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MAX_RANGE) throw endless('range()');
  return Array.from({ length: count }, (_, i) => start + i * step);
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The subset of Python's `strftime` that templates use, in English and local time. */
function strftime(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const [month, day, hour] = [MONTHS[date.getMonth()] ?? '', DAYS[date.getDay()] ?? '', date.getHours()];
  const parts: Record<string, string> = {
    Y: String(date.getFullYear()),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    d: two(date.getDate()),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: two(hour),
    I: two(hour % 12 || 12),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    p: hour < 12 ? 'AM' : 'PM',
    '%': '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => parts[letter] ?? whole);
}
