import { parse, type AnyNode, type BlockStatement, type Options, type Token } from 'acorn';
import { full } from 'acorn-walk';
import { LabError } from '../../core/error.ts';

/** The function that guarded code calls in each iteration of a loop and each function, with the number of its cell. */
export const TICK = 'solace$tick';
/** The function that guarded code calls instead of `import()`. */
export const IMPORT = 'solace$import';

// Scripts, not modules, because eval treats them as such.
const OPTIONS: Options = { ecmaVersion: 'latest', sourceType: 'script', allowReturnOutsideFunction: true };

interface Insertion {
  at: number;
  text: string;
  /** Among insertions at the same position, closing ones come first, inner pairs before outer ones. */
  order: number;
}
const OPENS = 1;
const REPLACES = 2;

/**
 * The same code, which calls `solace$tick` in each iteration of a loop and at the start of each function to check
 * whether it may continue. `source` is a program, or one expression, which is returned in parentheses.
 * @throws {SyntaxError} when it cannot be parsed.
 * @throws {LabError} `bad-data` when it uses the lab's own names.
 */
export function withGuards(source: string, cell: number, kind: 'program' | 'expression' = 'program'): string {
  return guarded(source, cell, kind).code;
}

/** Guarded code, and where it came from. */
export interface Guarded {
  code: string;
  /** The offset in the source of an offset in the code. */
  sourceOffset: (at: number) => number;
}

/** The same as `withGuards`, with the way back to the source. */
export function guarded(source: string, cell: number, kind: 'program' | 'expression'): Guarded {
  if (source.includes(TICK) || source.includes(IMPORT)) throw reserved();
  const before = kind === 'program' ? '' : '(';
  const plain = kind === 'program' ? source : `(${source}\n)`;
  const insertions = insertionsFor(plain, `${TICK}(${cell})`);
  return {
    code: assemble(plain, insertions),
    sourceOffset: (at) => {
      let added = 0;
      for (const { at: start, text, order } of insertions) {
        if (start + added >= at) break;
        const more = text.length - (order === REPLACES ? 'import'.length : 0);
        // Within what was added, the place is where it was added.
        added += Math.min(more, at - start - added);
      }
      return Math.min(source.length, Math.max(0, at - added - before.length));
    },
  };
}

function insertionsFor(code: string, call: string): Insertion[] {
  const insertions: Insertion[] = [];
  const enclose = ({ start, end }: AnyNode, before: string, after: string) =>
    insertions.push({ at: start, text: before, order: OPENS }, { at: end, text: after, order: -1 - start });

  // A name can contain escapes; only the token has it as the engine reads it.
  const onToken = (token: Token & { value?: unknown }) => {
    if (token.value === TICK || token.value === IMPORT) throw reserved();
  };
  full(parse(code, { ...OPTIONS, onToken }), (visited) => {
    const node = visited;
    switch (node.type) {
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        enclose(node.body, `{${call};`, '}');
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        if (node.body.type === 'BlockStatement')
          insertions.push({ at: startOf(node.body), text: `;${call};`, order: OPENS });
        else enclose(node.body, `(${call},`, ')');
        break;
      case 'WithStatement':
        // Any name inside may refer to a property of the object, even the guard's.
        throw new LabError({
          code: 'bad-data',
          what: 'A notebook can’t use `with`: what is inside could not be stopped.',
          todo: 'Write `object.property`.',
        });
      case 'ImportExpression':
        insertions.push({ at: node.start, text: IMPORT, order: REPLACES });
        break;
      default:
    }
  });
  return insertions.sort((a, b) => a.at - b.at || a.order - b.order);
}

const reserved = (): LabError =>
  new LabError({ code: 'bad-data', what: `${TICK} and ${IMPORT} are names of the lab.`, todo: 'Choose other names.' });

/** Where the statements of a function begin: after "use strict", which only works if it comes first. */
function startOf({ start, body }: BlockStatement): number {
  const directive = body.findLast((statement) => 'directive' in statement && statement.directive !== undefined);
  return directive?.end ?? start + 1;
}

function assemble(code: string, insertions: readonly Insertion[]): string {
  let out = '';
  let from = 0;
  for (const { at, text, order } of insertions) {
    out += code.slice(from, at) + text;
    // The lab's function replaces the keyword of an import.
    from = order === REPLACES ? at + 'import'.length : at;
  }
  return out + code.slice(from);
}
