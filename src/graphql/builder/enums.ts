import { GraphQLEnumType, GraphQLError, print, type GraphQLSchema, type ValueNode } from 'graphql';
import { described, shortened } from '../../errors.ts';
import { fieldSpecs } from '../../privacy/fields.ts';

interface Value<Name extends string> {
  readonly value: Name;
  readonly description: string;
}

/** Enum values whose value inside the service is their name, from their descriptions. */
export function valuesWith<Name extends string>(
  descriptions: Readonly<Record<Name, string>>,
): Record<Name, Value<Name>> {
  const names = Object.keys(descriptions) as Name[];
  const values = names.map((name) => [name, { value: name, description: descriptions[name] }] as const);
  return Object.fromEntries(values) as Record<Name, Value<Name>>;
}

/**
 * GraphQL refuses a value outside an enum by itself, before any validation of ours, and names only the enum. Each
 * privacy enum belongs to one field, and some others to one argument: so that a refusal can name it and what it accepts.
 */
export function nameFieldsInRefusals(schema: GraphQLSchema): GraphQLSchema {
  const named = [
    ...fieldSpecs.map(({ enumName, section, name }) => [enumName, `${section}.${name}`] as const),
    ['ExclusionField', 'field'] as const,
    ['FailurePolicy', 'onFailure'] as const,
  ];
  for (const [enumName, field] of named) {
    const type = schema.getType(enumName);
    if (type instanceof GraphQLEnumType) explain(type, field);
  }
  return schema;
}

function explain(type: GraphQLEnumType, field: string): void {
  const accepted = type
    .getValues()
    .map(({ name }) => name)
    .join(', ');
  const refusal = (found: string, nodes?: ValueNode) =>
    new GraphQLError(`${field} must be one of ${accepted}; found ${found}`, {
      ...(nodes ? { nodes } : {}),
      extensions: { code: 'BAD_USER_INPUT' },
    });

  const coerceValue = type.coerceInputValue.bind(type);
  type.coerceInputValue = (value) => {
    if (typeof value !== 'string' || !type.getValue(value))
      throw refusal(typeof value === 'string' ? JSON.stringify(described(value)) : described(value));
    return coerceValue(value, true);
  };
  const coerceLiteral = type.coerceInputLiteral.bind(type);
  type.coerceInputLiteral = (node) => {
    if (node.kind !== 'EnumValue' || !type.getValue(node.value)) throw refusal(shortened(print(node), 100), node);
    return coerceLiteral(node, true);
  };
}
