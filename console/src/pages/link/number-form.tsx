import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from '../../texts/texts.ts';

interface NumberFormProps {
  /** What it is called: it may be one way of several, or a code for another number. */
  readonly title: string;
  readonly isBusy: boolean;
  /** Whether the service takes the number for none. */
  readonly isWrong: boolean;
  readonly onBegin: (phoneNumber: string) => void;
}

/** Asks for the number of a phone that can't scan, such as the one that this page is read on. */
export function NumberForm({ title, isBusy, isWrong, onBegin }: NumberFormProps) {
  const { link } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [isMissing, setMissing] = useState(false);
  const wrong = isMissing || isWrong ? link.numberWrong : undefined;
  useEffect(() => {
    if (isWrong) input.current?.focus();
  }, [isWrong]);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isBusy) return;
    const number = input.current?.value.trim() ?? '';
    // Without the sign a number of one's own country may be one of another's: 11 91234-5678 of São Paulo is one of +1.
    const isNone = !/^\+.*\d/.test(number);
    setMissing(isNone);
    if (isNone) input.current?.focus();
    else onBegin(number);
  };
  return (
    <details class="number" open={wrong !== undefined}>
      <summary>{title}</summary>
      <form onSubmit={submit} noValidate>
        <label for="phone-number">{link.numberLabel}</label>
        <input
          id="phone-number"
          ref={input}
          type="tel"
          autocomplete="tel"
          aria-invalid={wrong !== undefined}
          aria-describedby="phone-number-wrong phone-number-hint"
        />
        <p id="phone-number-wrong" class="wrong" role="alert">
          {wrong}
        </p>
        <p id="phone-number-hint" class="hint">
          {link.numberHint}
        </p>
        <button type="submit" aria-disabled={isBusy}>
          {link.showCode}
        </button>
      </form>
    </details>
  );
}
