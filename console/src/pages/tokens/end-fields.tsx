import { useId } from 'preact/hooks';
import { useViewer } from '../../api/viewer.tsx';
import { useTexts } from '../../texts/texts.ts';
import { type End, endsBefore } from './ends.ts';
import { Time } from './token-text.tsx';

interface EndFieldsProps {
  readonly end: End;
  readonly date: string;
  readonly isWrong: boolean;
  readonly onEnd: (end: End) => void;
  readonly onDate: (date: string) => void;
}

/** Until when a new token works. */
export function EndFields({ end, date, isWrong, onEnd, onDate }: EndFieldsProps) {
  const { tokens: texts } = useTexts();
  const { expiresAt: bound } = useViewer().token;
  const id = useId();
  return (
    <>
      <label for={`${id}-end`}>{texts.end}</label>
      <select
        id={`${id}-end`}
        value={end}
        aria-describedby={bound === null ? undefined : `${id}-bound`}
        onChange={({ currentTarget }) => onEnd(currentTarget.value as End)}
      >
        {endsBefore(bound, Date.now()).map((choice) => (
          <option key={choice} value={choice}>
            {choice === 'never' && bound !== null ? texts.withOwn : texts.ends[choice]}
          </option>
        ))}
      </select>
      {bound !== null && (
        <p id={`${id}-bound`} class="hint">
          {texts.bound} <Time at={bound} />
        </p>
      )}
      {end === 'date' && (
        <>
          <label for={`${id}-date`}>{texts.date}</label>
          <input
            id={`${id}-date`}
            type="datetime-local"
            name="date"
            value={date}
            aria-invalid={isWrong}
            aria-describedby={`${id}-date-wrong`}
            onInput={({ currentTarget }) => onDate(currentTarget.value)}
          />
        </>
      )}
      <p id={`${id}-date-wrong`} class="wrong" role="alert">
        {isWrong ? texts.dateWrong : undefined}
      </p>
    </>
  );
}
