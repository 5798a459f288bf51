import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { UNREACHABLE } from '../api/problem.ts';
import { useTexts } from '../texts/texts.ts';
import { ProblemNote } from '../ui/problem-note.tsx';

/** A page whose code comes when it is first opened: who only looks at the list loads none of it. */
export function lazyPage<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let known: ComponentType<Props> | undefined;
  return function LazyPage(props: Props) {
    const { shell } = useTexts();
    const [Loaded, setLoaded] = useState(() => known);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (Loaded !== undefined) return;
      load().then(
        (page) => {
          known = page;
          setLoaded(() => page);
        },
        () => setFailed(true),
      );
    }, []);
    if (Loaded !== undefined) return <Loaded {...props} />;
    // A browser may keep a failed import, and a service that came back may be another version of it.
    if (hasFailed) return <ProblemNote problem={UNREACHABLE} onRetry={() => location.reload()} />;
    return <p role="status">{shell.loading}</p>;
  };
}
