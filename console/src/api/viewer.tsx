import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { type TokenScope, ViewerDocument, type ViewerQuery } from '../gql/graphql.ts';
import { useTexts } from '../texts/texts.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useSecondsUntil } from '../ui/use-seconds-until.ts';
import { useApi } from './api.ts';
import type { Problem } from './problem.ts';
import { useStore } from './store.ts';
import { signOut } from './token.ts';
import { useLiveQuery } from './use-live-query.ts';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

const Context = createContext<Viewer | undefined>(undefined);
const NONE = {};

/** Why there is no page yet. What passes by itself is tried again by itself. */
function NotYet({ problem, again }: { readonly problem: Problem; readonly again: () => void }) {
  const { shell } = useTexts();
  const calls = useStore(useApi().callsHealth);
  const seconds = useSecondsUntil('until' in calls ? calls.until : undefined);
  const text = { RATE_LIMITED: shell.notLetIn, UNREACHABLE: shell.unreachable, OVERLOADED: shell.busy }[problem.code];
  return (
    <>
      {text === undefined ? (
        <ProblemNote problem={problem} onRetry={again} />
      ) : (
        <div class="note note-warn">
          <p role="alert">{text}</p>
          {seconds > 0 && <p>{shell.onIn(seconds)}</p>}
        </div>
      )}
      <button type="button" class="quiet" onClick={() => signOut('left')}>
        {shell.signOut}
      </button>
    </>
  );
}

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
      {problem ? <NotYet problem={problem} again={again} /> : <p role="status">{shell.loading}</p>}
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
