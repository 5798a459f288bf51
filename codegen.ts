import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the clients here, from the committed schema: `codegen` writes them. */
const clientOf = (documents: string, form: object): NonNullable<CodegenConfig['generates'][string]> => ({
  documents,
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: {
    ...form,
    useTypeImports: true,
    strictScalars: true,
    scalars: { DateTime: 'string' },
  },
});

const PARSED = { enumsAsTypes: true };

/** Documents as texts, so that the command line need not load graphql; enums as values, for what it says of wrong ones. */
const AS_TEXT = { documentMode: 'string', enumType: 'const' };

const config: CodegenConfig = {
  schema: 'schema.graphql',
  ignoreNoDocuments: false,
  generates: {
    'console/src/gql/': clientOf('console/src/**/*.graphql', PARSED),
    'test/gql/': clientOf('test/operations/*.graphql', PARSED),
    'src/cli/remote/gql/': clientOf('src/cli/remote/operations/*.graphql', AS_TEXT),
  },
  importExtension: '.ts',
};

export default config;
