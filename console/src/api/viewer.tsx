import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { type TokenScope, ViewerDocument, type ViewerQuery } from '../gql/graphql.ts';
import { useTexts } from '../texts/texts.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { signOut } from './token.ts';
import { useLiveQuery } from './use-live-query.ts';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

const Context = createContext<Viewer | undefined>(undefined);
const NONE = {};

/** Knows what the token may do before any page is drawn. */
export function ViewerProvider({ children }: { readonly children: ComponentChildren }) {
  const { shell } = useTexts();
  const { data, problem, again } = useLiveQuery(ViewerDocument, NONE);
  useEffect(() => {
    document.title = 'Privet';
  }, []);
  if (data?.viewer) return <Context.Provider value={data.viewer}>{children}</Context.Provider>;
  return (
    <main class="alone">
      <h1>Privet</h1>
      {problem ? (
        <>
          <ProblemNote problem={problem} onRetry={again} />
          <button type="button" class="quiet" onClick={() => signOut('left')}>
            {shell.signOut}
          </button>
        </>
      ) : (
        <p role="status">{shell.loading}</p>
      )}
    </main>
  );
}

export function useViewer(): Viewer {
  const viewer = useContext(Context);
  if (viewer === undefined) throw new Error('no ViewerProvider above');
  return viewer;
}

/** Whether the token may do that: what it may not is not offered. */
export const useMay = (scope: TokenScope): boolean => useViewer().token.scopes.includes(scope);
