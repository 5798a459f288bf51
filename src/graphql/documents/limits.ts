import {
  GraphQLError,
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type ParseOptions,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { AnyErrorCode } from '../error-codes.ts';

/** What a document may ask for. Everyday documents stay far below; GraphiQL's introspection has depth 15. */
export const LIMITS = {
  /** Comments included. */
  tokens: 400,
  lines: 1_000,
  depth: 8,
  introspectionDepth: 16,
  /** Fields in the answer; that of GraphiQL has about 3,000. */
  introspection: 10_000,
  aliases: 15,
  rootFields: 15,
  mutations: 5,
  directives: 10,
  cost: 5_000,
  /** In variables: a change of a list names 1,000 contacts. */
  values: 1_100,
  /** Told of one document or its variables: enough to mend them by, and not one for each thing that is wrong. */
  errors: 5,
} as const;

/** A document that asks for too much. Always HTTP 400, also as `application/json`: nothing else was looked at. */
export class LimitError extends GraphQLError {
  constructor(message: string) {
    super(message, {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' satisfies AnyErrorCode, http: { status: 400, spec: false } },
    });
  }
}

const refusal = (message: string): LimitError => new LimitError(message);

const tooManyTokens = (): LimitError => refusal(`A document may have ${LIMITS.tokens} tokens at most`);

/** Parses a document, and stops at the limit of tokens. */
export function parseWithin(source: string | Source, options?: ParseOptions): DocumentNode {
  const text = typeof source === 'string' ? source : source.body;
  // For each place that an error names, GraphQL counts the lines before it.
  if (text.split(/\r\n|[\n\r]/, LIMITS.lines + 1).length > LIMITS.lines) {
    throw refusal(`A document may have ${LIMITS.lines} lines at most`);
  }
  const document = parseTokens(source, options);
  if (tokensOf(document) > LIMITS.tokens) throw tooManyTokens();
  return document;
}

function parseTokens(source: string | Source, options?: ParseOptions): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: LIMITS.tokens });
  } catch (error) {
    throw hasMoreTokens(source) ? tooManyTokens() : error;
  }
}

/** How many tokens a document keeps in memory. The parser counts no comments, which are kept as well. */
export function tokensOf({ loc }: DocumentNode): number {
  let tokens = 0;
  for (let token = loc?.startToken.next; token && token !== loc?.endToken; token = token.next) tokens += 1;
  return tokens;
}

/** The parser's error says only in its text whether it was the limit or the syntax. */
function hasMoreTokens(source: string | Source): boolean {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  try {
    for (let tokens = 0; tokens <= LIMITS.tokens; tokens++) {
      if (lexer.advance().kind === TokenKind.EOF) return false;
    }
    return true;
  } catch {
    return false;
  }
}

export function limitAliases(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (node.alias && ++aliases === LIMITS.aliases + 1) {
        context.reportError(refusal(`A document may have ${LIMITS.aliases} aliases at most`));
      }
    },
  };
}

export function limitDirectives(context: ValidationContext): ASTVisitor {
  let directives = 0;
  return {
    Directive() {
      if (++directives === LIMITS.directives + 1) {
        context.reportError(refusal(`A document may have ${LIMITS.directives} directives at most`));
      }
    },
  };
}

export function limitRootFields(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const isMutation = operation.operation === 'mutation';
      const limit = isMutation ? LIMITS.mutations : LIMITS.rootFields;
      if (rootFields(operation, fragmentsOf(context.getDocument())).size > limit) {
        const what = isMutation ? 'mutations' : 'root fields';
        context.reportError(refusal(`An operation may have ${limit} ${what} at most`));
      }
    },
  };
}

export function limitDepth(context: ValidationContext): ASTVisitor {
  const fragments = fragmentsOf(context.getDocument());
  return {
    OperationDefinition(operation) {
      for (const { introspects, selections } of rootFields(operation, fragments).values()) {
        const limit = introspects ? LIMITS.introspectionDepth : LIMITS.depth;
        const depth = 1 + Math.max(0, ...selections.map((selection) => depthOf(selection, fragments, new Map())));
        if (depth > limit) context.reportError(refusal(`An operation may be ${limit} fields deep at most`));
      }
    },
  };
}

/** How many root fields of an operation are GraphQL's own: `__typename`, `__schema`, `__type`. */
export function introspectionFields(document: DocumentNode, operationName: string | null | undefined): number {
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode =>
      node.kind === Kind.OPERATION_DEFINITION && (!operationName || node.name?.value === operationName),
  );
  if (!operation) return 0;
  const fields = rootFields(operation, fragmentsOf(document));
  return fields
    .values()
    .filter(({ introspects }) => introspects)
    .toArray().length;
}

interface RootField {
  readonly introspects: boolean;
  readonly selections: SelectionSetNode[];
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );

/** The root fields by their key in the response, whether they stand there or in a fragment. */
function rootFields(operation: OperationDefinitionNode, fragments: Fragments): Map<string, RootField> {
  const found = new Map<string, RootField>();
  const seen = new Set<SelectionSetNode>();
  const collect = (set: SelectionSetNode | undefined): void => {
    if (!set || seen.has(set)) return;
    seen.add(set);
    for (const node of set.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) collect(fragments.get(node.name.value)?.selectionSet);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
      else {
        const key = (node.alias ?? node.name).value;
        const field = found.get(key) ?? { introspects: node.name.value.startsWith('__'), selections: [] };
        if (node.selectionSet) field.selections.push(node.selectionSet);
        found.set(key, field);
      }
    }
  };
  collect(operation.selectionSet);
  return found;
}

/** How many fields deep a selection set goes. Each set is measured once; a cycle (which has its own rule) counts 0. */
function depthOf(set: SelectionSetNode, fragments: Fragments, measured: Map<SelectionSetNode, number>): number {
  const known = measured.get(set);
  if (known !== undefined) return known;
  measured.set(set, 0);
  const depths = set.selections.map((node) => {
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(node.name.value);
      return fragment ? depthOf(fragment.selectionSet, fragments, measured) : 0;
    }
    if (node.kind === Kind.INLINE_FRAGMENT) return depthOf(node.selectionSet, fragments, measured);
    return 1 + (node.selectionSet ? depthOf(node.selectionSet, fragments, measured) : 0);
  });
  const depth = Math.max(0, ...depths);
  measured.set(set, depth);
  return depth;
}
