import { useTexts } from '../../../texts/texts.ts';
import { Ago } from '../../../ui/ago.tsx';
import { nameOf } from './contacts-in.ts';
import type { ContactList } from './sources.ts';

interface MembersProps {
  readonly list: ContactList;
  /** What the button says, and its name for who does not see beside which contact it stands. */
  readonly texts: { readonly remove: string; readonly removeNamed: (contact: string) => string };
  /** Undefined where the token may not change it. */
  readonly onRemove: ((contact: string) => void) | undefined;
  readonly isBusy: boolean;
}

/** Who is on the list. */
export function ListMembers({ list, texts, onRemove, isBusy }: MembersProps) {
  const { lists, settings } = useTexts();
  const { contacts, active, observedAt } = list;
  return (
    <>
      {active === false ? (
        <p>{lists.inactive}</p>
      ) : (
        <p>
          {contacts.length === 0 ? lists.empty : lists.count(contacts.length)}{' '}
          <small>
            ({settings.seen} <Ago at={observedAt} />)
          </small>
        </p>
      )}
      {contacts.length > 0 && (
        <ul class="plain members">
          {contacts.map((contact) => {
            const name = nameOf(contact);
            return (
              <li key={name}>
                <span>{name}</span>
                {onRemove && (
                  <button
                    type="button"
                    aria-label={texts.removeNamed(name)}
                    aria-disabled={isBusy}
                    onClick={() => {
                      if (!isBusy) onRemove(name);
                    }}
                  >
                    {texts.remove}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}
