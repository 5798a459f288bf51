import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the clients here, from the committed schema: `codegen` writes them. */
const clientOf = (documents: string): NonNullable<CodegenConfig['generates'][string]> => ({
  documents,
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: {
    enumsAsTypes: true,
    useTypeImports: true,
    strictScalars: true,
    scalars: { DateTime: 'string' },
  },
});

const config: CodegenConfig = {
  schema: 'schema.graphql',
  ignoreNoDocuments: false,
  generates: {
    'console/src/gql/': clientOf('console/src/**/*.graphql'),
    'test/gql/': clientOf('test/operations/*.graphql'),
  },
  importExtension: '.ts',
};

export default config;
