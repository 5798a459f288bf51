import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents, from the service's schema: src/gql is what `npm run codegen` writes. */
const config = {
  // In a copy of this folder: where its copy of schema.graphql lies.
  schema: '../../schema.graphql',
  documents: 'src/operations.graphql',
  generates: {
    'src/gql/': {
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
} satisfies CodegenConfig;

export default config;
