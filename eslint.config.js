import { configs, parser, rules } from '@graphql-eslint/eslint-plugin';

/** Only schema.graphql: everything else is oxlint's. */
export default [
  {
    files: ['schema.graphql'],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: './schema.graphql' } } },
    plugins: { '@graphql-eslint': { rules } },
    rules: {
      ...configs['flat/schema-recommended'].rules,
      '@graphql-eslint/require-description': [
        'error',
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, rootField: true },
      ],
      // The names are those that clients outside are written against.
      '@graphql-eslint/strict-id-in-types': 'off',
      '@graphql-eslint/no-typename-prefix': 'off',
      // ErrorCode stands there for code generators alone; a test sees to it that it is the only one.
      '@graphql-eslint/no-unreachable-types': 'off',
    },
  },
];
