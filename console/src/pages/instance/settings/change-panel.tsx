import type { RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { FailurePolicy, PrivacyField } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';
import type { Changes, Move } from './draft.ts';
import { OutcomeNote } from './outcome-note.tsx';
import { PlanNote } from './plan-note.tsx';
import { PolicyChoice } from './policy-choice.tsx';
import { StoppedNote } from './stopped-note.tsx';
import type { Apply, Applying, Press } from './use-apply.ts';
import type { Planning } from './use-plan.ts';

function Sending({ state }: { readonly state: Extract<Applying, { kind: 'sending' }> }) {
  const { settings } = useTexts();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="sending">
      {state.isAgain ? settings.sendingAgain : settings.sending}{' '}
      <span aria-hidden="true">{settings.seconds(Math.max(0, Math.floor((now - state.since) / 1_000)))}</span>
    </p>
  );
}

interface PanelProps {
  readonly changes: Changes;
  /** Undefined where the token may not see one. */
  readonly planning: Planning | undefined;
  readonly applying: Apply;
  readonly conflictMoves: readonly Move[];
  readonly policy: FailurePolicy;
  readonly onPolicy: (policy: FailurePolicy) => void;
  readonly canApply: boolean;
  readonly onApply: () => void;
  readonly onRetry: (fields: readonly PrivacyField[]) => void;
  readonly onDiscard: () => void;
  readonly applyButton: RefObject<HTMLButtonElement | null>;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}

/** What was edited and what will happen, the button that does it, and what became of it. */
export function ChangePanel(props: PanelProps) {
  const { changes, planning, applying, conflictMoves, policy, canApply, applyButton } = props;
  const texts = useTexts();
  const { settings } = texts;
  const heading = useId();
  const { state } = applying;
  const count = Object.keys(changes).length;
  const isSending = state.kind === 'sending';
  const result = useRef<HTMLDivElement>(null);
  // The button keeps the focus, and what became of it may lie out of sight.
  useEffect(() => {
    if (state.kind === 'done' || state.kind === 'stopped') result.current?.scrollIntoView({ block: 'nearest' });
  }, [state]);
  const resend = (press: Press) => (): void => {
    applyButton.current?.focus();
    applying.resend(press);
  };
  return (
    <section class="card change-panel" aria-labelledby={heading}>
      <h2 id={heading} ref={props.heading} tabIndex={-1}>
        {settings.changes}
      </h2>
      <p>{count === 0 ? settings.noChanges : settings.edits(count)}</p>
      {count > 0 && planning && !isSending && <PlanNote {...{ planning, changes }} />}
      <PolicyChoice value={policy} isDisabled={isSending} onChange={props.onPolicy} />
      {!canApply && <p class="hint">{settings.notNow}</p>}
      <div class="buttons">
        <button
          type="button"
          class="main"
          ref={applyButton}
          aria-disabled={!canApply || isSending || count === 0}
          onClick={() => {
            if (canApply && !isSending && count > 0) props.onApply();
          }}
        >
          {settings.apply}
        </button>
        {count > 0 && !isSending && (
          <button type="button" class="quiet" onClick={props.onDiscard}>
            {settings.discard}
          </button>
        )}
      </div>
      <div role="status">
        {state.kind === 'sending' && <Sending state={state} />}
        {state.kind === 'done' && <p class="hidden">{said(state.update.outcomes, settings.outcomeSaid)}</p>}
      </div>
      <div ref={result} class="result-place">
        {state.kind === 'done' && (
          <OutcomeNote
            update={state.update}
            onRetry={canApply ? props.onRetry : undefined}
            onClose={() => {
              applying.clear();
              applyButton.current?.focus();
            }}
          />
        )}
        {state.kind === 'stopped' && (
          <StoppedNote
            problem={state.problem}
            mayBeDone={state.mayBeDone}
            moves={conflictMoves}
            onResend={resend(state.press)}
          />
        )}
      </div>
    </section>
  );
}

function said(
  outcomes: readonly { readonly result: string }[],
  text: (applied: number, alreadySet: number, failed: number) => string,
): string {
  const count = (result: string): number => outcomes.filter((outcome) => outcome.result === result).length;
  return text(count('APPLIED'), count('ALREADY_SET'), count('FAILED'));
}
