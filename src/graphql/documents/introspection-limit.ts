import {
  getNamedType,
  introspectionTypes,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { LIMITS, LimitError } from './limits.ts';

/**
 * Limits what introspection answers with. Its lists are as long as the schema is large, and lead into one another: so
 * what is asked for is counted by going through the schema as execution would, no further than the limit.
 */
export function limitIntrospection(context: ValidationContext): ASTVisitor {
  const answer = new Answer(context.getSchema(), context.getDocument());
  let isReported = false;
  return {
    Field(node) {
      if (isReported || !answer.isExceededBy(node)) return;
      isReported = true;
      context.reportError(
        new LimitError(`An introspection may have ${LIMITS.introspection} fields in its answer at most`),
      );
    },
  };
}

class Answer {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #within = new Set<SelectionSetNode>();
  #size = 0;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    }
  }

  /** Adds what a root of introspection asks for; other fields ask for nothing here. */
  isExceededBy({ name, selectionSet }: FieldNode): boolean {
    if (name.value === SchemaMetaFieldDef.name) this.#add(selectionSet, typeOf(SchemaMetaFieldDef), this.#schema);
    if (name.value === TypeMetaFieldDef.name) this.#addAnyType(selectionSet);
    return this.#isExceeded();
  }

  #isExceeded(): boolean {
    return this.#size > LIMITS.introspection;
  }

  /** The type may be named in a variable: the one with the largest answer counts. */
  #addAnyType(selections: SelectionSetNode | undefined): void {
    const before = this.#size;
    let most = before;
    for (const type of Object.values(this.#schema.getTypeMap())) {
      this.#size = before;
      this.#add(selections, typeOf(TypeMetaFieldDef), type);
      most = Math.max(most, this.#size);
      if (this.#isExceeded()) return;
    }
    this.#size = most;
  }

  #add(selections: SelectionSetNode | undefined, type: GraphQLObjectType | undefined, value: unknown): void {
    // A fragment within itself has a rule of its own, which comes later.
    if (!selections || !type || this.#within.has(selections)) return;
    this.#within.add(selections);
    for (const node of selections.selections) {
      if (this.#isExceeded()) break;
      this.#size += 1;
      if (node.kind === Kind.FIELD) this.#addField(node, type, value);
      else if (node.kind === Kind.INLINE_FRAGMENT) this.#add(node.selectionSet, type, value);
      else this.#add(this.#fragments.get(node.name.value)?.selectionSet, type, value);
    }
    this.#within.delete(selections);
  }

  #addField({ name, selectionSet }: FieldNode, type: GraphQLObjectType, value: unknown): void {
    const field = type.getFields()[name.value];
    if (!field?.resolve || !selectionSet) return;
    // Deprecated or not: all of a list counts.
    const info = { schema: this.#schema } as GraphQLResolveInfo;
    const found: unknown = field.resolve(value, { includeDeprecated: true }, undefined, info);
    for (const item of Array.isArray(found) ? found : [found]) {
      if (item != null) this.#add(selectionSet, typeOf(field), item);
      if (this.#isExceeded()) return;
    }
  }
}

/** The introspection type that a field leads to. */
function typeOf({ type }: GraphQLField<unknown, unknown>): GraphQLObjectType | undefined {
  const named = getNamedType(type);
  return isObjectType(named) && introspectionTypes.includes(named) ? named : undefined;
}
