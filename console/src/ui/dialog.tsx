import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import './dialog.css';

interface DialogProps {
  readonly title: string;
  /** Escape too: whoever draws it takes it away. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Open for as long as it is drawn. The browser keeps the focus in it, and gives it back to what had it before. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const isOver = useRef(false);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      isOver.current = true;
      dialog?.close();
    };
  }, []);
  // The event of a dialog that was taken away comes later, and could close the next one.
  const closed = (): void => {
    if (!isOver.current) onClose();
  };
  return (
    <dialog ref={element} class="dialog" aria-labelledby={id} onClose={closed}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
