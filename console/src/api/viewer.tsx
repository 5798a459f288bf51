import { useQuery } from '@urql/preact';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { type TokenScope, ViewerDocument, type ViewerQuery } from '../gql/graphql.ts';
import { useTexts } from '../texts/texts.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { problemOf } from './problem.ts';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

const Context = createContext<Viewer | undefined>(undefined);
const RETRY_MS = 3_000;

/** Knows what the token may do before any page is drawn. */
export function ViewerProvider({ children }: { readonly children: ComponentChildren }) {
  const { shell } = useTexts();
  const [{ data, error }, again] = useQuery({ query: ViewerDocument });
  const problem = problemOf(error);
  useEffect(() => {
    if (problem === undefined) return;
    const timer = setTimeout(() => again(), Math.max(RETRY_MS, problem.retryAfterMs ?? 0));
    return () => clearTimeout(timer);
  }, [error]);
  if (data?.viewer) return <Context.Provider value={data.viewer}>{children}</Context.Provider>;
  return (
    <main class="alone">{problem ? <ProblemNote problem={problem} /> : <p role="status">{shell.loading}</p>}</main>
  );
}

export function useViewer(): Viewer {
  const viewer = useContext(Context);
  if (viewer === undefined) throw new Error('no ViewerProvider above');
  return viewer;
}

/** Whether the token may do that: what it may not is not offered. */
export const useMay = (scope: TokenScope): boolean => useViewer().token.scopes.includes(scope);
