import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useTexts } from '../texts/texts.ts';
import './copy-once.css';

interface CopyOnceProps {
  /** What it is, and what it is for. */
  readonly title: string;
  readonly token: string;
  /** Whether it gets the focus: where it is what the person has just asked for. */
  readonly focus?: boolean;
}

/** A token that can not be read again, with a button that copies it. */
export function CopyOnce({ title, token, focus = false }: CopyOnceProps) {
  const { once } = useTexts().tokens;
  const [said, setSaid] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    setSaid('');
    if (!focus) return;
    // Behind a dialog that gives it back, and behind a page that gives it to its title.
    const timer = setTimeout(() => input.current?.focus());
    return () => clearTimeout(timer);
  }, [token]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(token);
      setSaid(once.copied);
    } catch {
      // There is no clipboard for a page that came over HTTP from another machine, or the person forbade it.
      input.current?.select();
      setSaid(once.selected);
    }
  };
  return (
    <section class="note copy-once" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p>{once.warning}</p>
      <label for={id}>{once.label}</label>
      <div class="copy-row">
        <input
          id={id}
          ref={input}
          readOnly
          value={token}
          autocomplete="off"
          spellcheck={false}
          onFocus={() => input.current?.select()}
        />
        <button type="button" class="main" onClick={() => void copy()}>
          {once.copy}
        </button>
      </div>
      <p role="status">{said}</p>
    </section>
  );
}
