import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { findMark, type Mark } from './marks.ts';

/** From now on this process loads the marked file without this guard; the file itself stays as it is. */
export function withoutGuard(name: string): void {
  const mark = findMark(name);
  const url = pathToFileURL(mark.path).href;
  const source = removed(mark);
  registerHooks({
    load(address, context, nextLoad) {
      const loaded = nextLoad(address, context);
      return address === url ? { ...loaded, source } : loaded;
    },
  });
}

/**
 * The text of the mark's file without its guard.
 * @throws RangeError where no statement of a known kind follows the mark, or it has no expression to stand in for.
 */
export function removed(mark: Mark): string {
  const { name, source, instead } = mark;
  const statement = statementBehind(mark);
  if (!statement) throw new RangeError(`The mark "${name}" does not stand before a statement that can be taken out`);
  if (instead === undefined) return replace(source, statement, ';');
  if (!statement.expression) throw new RangeError(`What is marked "${name}" has no expression to stand in for`);
  return replace(source, statement.expression, `(${instead})`);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Statement extends Span {
  /** An `if`'s test, what is returned, a variable's value, or what the statement consists of. */
  readonly expression: Span | null | undefined;
}

const replace = (source: string, { start, end }: Span, by: string): string =>
  source.slice(0, start) + by + source.slice(end);

/** The outermost statement behind the mark, with nothing but comments in between. */
function statementBehind({ path, source, end }: Mark): Statement | undefined {
  let first: Statement | undefined;
  const meet = (statement: Span, expression?: Span | null): void => {
    // A statement is met before those that it holds.
    if (statement.start >= end && (!first || statement.start < first.start)) first = { ...statement, expression };
  };
  const { program, errors } = parseSync(path, source);
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);
  new Visitor({
    IfStatement: (node) => meet(node, node.test),
    ReturnStatement: (node) => meet(node, node.argument),
    VariableDeclaration: (node) => meet(node, node.declarations[0]?.init),
    ExpressionStatement: (node) => meet(node, node.expression),
    ForOfStatement: (node) => meet(node),
  }).visit(program);
  const isNext = first && /^(?:\s|\/\/.*\n)*$/.test(source.slice(end, first.start));
  return isNext ? first : undefined;
}
