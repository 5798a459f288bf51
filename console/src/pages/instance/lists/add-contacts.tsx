import { useId, useRef, useState } from 'preact/hooks';
import { useTexts } from '../../../texts/texts.ts';
import { contactsIn, mayBeContact } from './contacts-in.ts';

interface AddProps {
  readonly action: string;
  readonly most: number;
  readonly isBusy: boolean;
  /** @returns those of them that may be added by another try. */
  readonly onAdd: (contacts: readonly string[]) => Promise<readonly string[]>;
}

/** Takes one number, or many that were pasted. */
export function AddContacts({ action, most, isBusy, onAdd }: AddProps) {
  const { lists } = useTexts();
  const id = useId();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState('');
  const input = useRef<HTMLTextAreaElement>(null);
  const problemWith = (contacts: readonly string[]): string => {
    if (contacts.length === 0) return lists.missing;
    if (contacts.length > most) return lists.tooMany(most);
    const wrongOne = contacts.find((contact) => !mayBeContact(contact));
    return wrongOne === undefined ? '' : lists.wrong(wrongOne);
  };
  const add = async (): Promise<void> => {
    const contacts = contactsIn(text);
    const problem = problemWith(contacts);
    setWrong(problem);
    if (problem !== '') return input.current?.focus();
    const rest = await onAdd(contacts);
    setText((now) => (now === text ? rest.join('\n') : now));
  };
  return (
    <div class="add-contacts">
      <label for={id}>{lists.numbers}</label>
      <textarea
        id={id}
        ref={input}
        rows={2}
        value={text}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={wrong !== ''}
        aria-describedby={`${id}-wrong ${id}-hint`}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p id={`${id}-wrong`} class="wrong" role="alert">
        {wrong}
      </p>
      <p id={`${id}-hint`} class="hint">
        {lists.numbersHint}
      </p>
      <div class="buttons">
        <button
          type="button"
          aria-disabled={isBusy}
          onClick={() => {
            if (!isBusy) void add();
          }}
        >
          {action}
        </button>
      </div>
    </div>
  );
}
