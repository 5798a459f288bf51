import type { Ref } from 'preact';
import { useTexts } from '../../texts/texts.ts';
import { numberText } from '../../ui/number-text.ts';
import type { Part } from './found.ts';

interface PagerProps {
  readonly part: Part<unknown>;
  readonly total: number;
  readonly turn: (page: number, way: 'previous' | 'next') => void;
  readonly previous?: Ref<HTMLButtonElement>;
  readonly next?: Ref<HTMLButtonElement>;
}

/** Nothing where all is on one page. */
export function Pager({ part, total, turn, previous = null, next = null }: PagerProps) {
  const { language, instances } = useTexts();
  const { first, last, page, pages } = part;
  if (pages === 1) return null;
  const number = (value: number): string => numberText(language, value);
  // Not `disabled`: that would take the focus away from who has just come to the end.
  const isFirst = page === 0;
  const isLast = page === pages - 1;
  return (
    <nav class="pager" aria-label={instances.pages}>
      <button
        type="button"
        ref={previous}
        aria-disabled={isFirst}
        onClick={() => isFirst || turn(page - 1, 'previous')}
      >
        {instances.previous}
      </button>
      <span>{instances.range(number(first), number(last), number(total))}</span>
      <button type="button" ref={next} aria-disabled={isLast} onClick={() => isLast || turn(page + 1, 'next')}>
        {instances.next}
      </button>
    </nav>
  );
}
