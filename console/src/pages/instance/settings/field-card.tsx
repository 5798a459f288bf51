import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Capability } from './capabilities.ts';
import { useTexts } from '../../../texts/texts.ts';
import { valueText } from '../../../texts/value-text.ts';
import { Ago } from '../../../ui/ago.tsx';

export interface HeldHere {
  /** Undefined where it is not known. */
  readonly value: string | undefined;
  readonly seenAt: string;
  /** It may have changed since. */
  readonly stale: boolean;
}

interface FieldProps {
  readonly capability: Capability;
  /** Undefined where the token may not see it. */
  readonly held: HeldHere | undefined;
  readonly chosen: string | undefined;
  /** What it was before somebody changed it on another device a moment ago. */
  readonly movedFrom: string | undefined;
  /** What it is now, where that was changed while the person was choosing. */
  readonly overtaken: string | undefined;
  readonly mayChoose: boolean;
  /** Why it can not be chosen now. */
  readonly isDisabled: boolean;
  readonly onChoose: (value: string) => void;
  readonly children?: ComponentChildren;
}

function Held({ capability: { field }, held }: { readonly capability: Capability; readonly held: HeldHere }) {
  const texts = useTexts();
  const { settings } = texts;
  return (
    <>
      {held.stale ? settings.heldLast : settings.heldNow}{' '}
      <strong>{held.value === undefined ? settings.notKnown : valueText(texts, field, held.value)}</strong>,{' '}
      {settings.seen} <Ago at={held.seenAt} />
      {held.stale && ` (${settings.stale})`}
    </>
  );
}

/** One setting: what it is, what is held and when that was seen, and the values that it can take. */
export function FieldCard(props: FieldProps) {
  const { capability, held, chosen, movedFrom, overtaken, mayChoose, isDisabled, onChoose, children } = props;
  const { field } = capability;
  const texts = useTexts();
  const { settings } = texts;
  const id = useId();
  const selected = chosen ?? held?.value;
  const classes = ['card field', chosen !== undefined && 'field-edited', movedFrom !== undefined && 'field-moved'];
  return (
    <fieldset class={classes.filter(Boolean).join(' ')} aria-describedby={`${id}-what ${id}-held`}>
      <legend>{texts.fields[field].name}</legend>
      <p id={`${id}-what`} class="hint">
        {texts.fields[field].description}
      </p>
      {mayChoose && (
        <div class="segments">
          {capability.values.map((value) => (
            <label key={value} class="segment">
              <input
                type="radio"
                name={id}
                value={value}
                checked={value === selected}
                disabled={isDisabled}
                onChange={() => onChoose(value)}
              />
              <span>{valueText(texts, field, value)}</span>
            </label>
          ))}
        </div>
      )}
      <p id={`${id}-held`} class="held">
        {chosen !== undefined && <span class="chip">{settings.edited}</span>}{' '}
        {held && <Held {...{ capability, held }} />}
      </p>
      {movedFrom !== undefined && <p class="moved">{settings.moved(valueText(texts, field, movedFrom))}</p>}
      {overtaken !== undefined && (
        <p class="note note-warn" role="status">
          {settings.overtaken(valueText(texts, field, overtaken))}
        </p>
      )}
      {children}
    </fieldset>
  );
}
