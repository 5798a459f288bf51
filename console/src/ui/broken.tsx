import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { route } from '../router.ts';
import { useTexts } from '../texts/texts.ts';

/**
 * Around each page: one that can not be drawn, as a page of before an upgrade may not be with what the service says now,
 * takes no more than itself away. Without this nothing at all would be left on the screen.
 */
export function Unbroken({ children }: { readonly children: ComponentChildren }) {
  const { shell } = useTexts();
  const [error, forget] = useErrorBoundary((thrown: unknown) => reportError(thrown));
  useEffect(() => route.follow(forget), []);
  if (error === undefined) return children;
  return (
    <div class="note note-bad" role="alert">
      <p>{shell.broken}</p>
      <button type="button" onClick={() => location.reload()}>
        {shell.loadAgain}
      </button>
    </div>
  );
}
