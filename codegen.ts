import type { CodegenConfig } from '@graphql-codegen/cli';
import apollo from './examples/apollo-react/codegen.ts';
import urql from './examples/urql-react/codegen.ts';

const SCHEMA = 'schema.graphql';

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

type Example = Pick<typeof apollo, 'documents' | 'generates'>;

/** What an example says for its own folder, said for this one. */
const within = (folder: string, { documents, generates }: Example): CodegenConfig['generates'] => ({
  [`${folder}/src/gql/`]: { ...generates['src/gql/'], schema: SCHEMA, documents: `${folder}/${documents}` },
});

const config: CodegenConfig = {
  schema: SCHEMA,
  ignoreNoDocuments: false,
  generates: {
    'console/src/gql/': clientOf('console/src/**/*.graphql', PARSED),
    'test/gql/': clientOf('test/operations/*.graphql', PARSED),
    'src/cli/remote/gql/': clientOf('src/cli/remote/operations/*.graphql', AS_TEXT),
    ...within('examples/apollo-react', apollo),
    ...within('examples/urql-react', urql),
  },
  importExtension: '.ts',
};

export default config;
