import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { useTexts } from '../texts/texts.ts';
import { CallProblem } from './call-problem.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  /** What to do where nobody knows whether it was done. */
  readonly unsure?: string;
  /** To be typed before it is done: for what can not be undone. */
  readonly typed?: { readonly label: string; readonly wanted: string; readonly wrong: string };
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks before something is done, and stays open with the reason where it was not. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, action, isBusy, problem, unsure, typed, onConfirm, onClose, children } = props;
  const { lifecycle } = useTexts();
  const [isWrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isBusy) return;
    const isRight = typed === undefined || input.current?.value.trim() === typed.wanted;
    setWrong(!isRight);
    if (isRight) onConfirm();
    else input.current?.focus();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        {children}
        {typed && (
          <>
            <label for={id}>{typed.label}</label>
            <input
              id={id}
              ref={input}
              autofocus
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              aria-invalid={isWrong}
              aria-describedby={`${id}-wrong`}
            />
            <p id={`${id}-wrong`} class="wrong" role="alert">
              {isWrong ? typed.wrong : undefined}
            </p>
          </>
        )}
        <CallProblem problem={problem} unsure={unsure} />
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            {lifecycle.cancel}
          </button>
          <button type="submit" class="danger" aria-disabled={isBusy}>
            {isBusy ? lifecycle.busy : action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
