import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for clients in tests, from the committed schema: `codegen` writes test/gql. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'test/operations/*.graphql',
  ignoreNoDocuments: false,
  generates: {
    'test/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { DateTime: 'string' },
      },
    },
  },
  importExtension: '.ts',
};

export default config;
