import { useRef } from 'preact/hooks';
import type { LiveQuery } from '../../../api/use-live-query.ts';
import type { ContactResult } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';
import { ProblemNote } from '../../../ui/problem-note.tsx';
import { StoppedNote } from '../settings/stopped-note.tsx';
import { AddContacts } from './add-contacts.tsx';
import { ListMembers } from './list-members.tsx';
import { ListOutcome } from './list-outcome.tsx';
import type { ContactList, ListChange, ListSource } from './sources.ts';
import { useList } from './use-list.ts';
import './lists.css';

export interface ListReading extends Pick<LiveQuery<unknown>, 'problem' | 'isAsking' | 'again'> {
  readonly list: ContactList | undefined;
}

interface EditorProps {
  readonly source: ListSource;
  readonly reading: ListReading;
  readonly mayChange: boolean;
  readonly texts: {
    readonly add: string;
    readonly remove: string;
    readonly removeNamed: (contact: string) => string;
    readonly results: Readonly<Record<ContactResult, string>>;
  };
  /** Around each change. @returns what is called with whether the service said what became of it. */
  readonly onChange?: () => (isDone: boolean) => void;
}

/** Shows a list of contacts, and changes it at once: each contact says what became of it. */
export function ListEditor({ source, reading, mayChange, texts, onChange }: EditorProps) {
  const { lists, settings } = useTexts();
  const { problem, isAsking, again } = reading;
  const { list, changing, ...state } = useList(source, reading.list);
  const outcome = useRef<HTMLDivElement>(null);
  const isBusy = changing.kind === 'sending';
  const tellsOf = async (run: () => Promise<ListChange | undefined>): Promise<ListChange | undefined> => {
    const tell = onChange?.();
    const change = await run();
    tell?.(change !== undefined);
    return change;
  };
  const add = async (contacts: readonly string[]): Promise<readonly string[]> => {
    const change = await tellsOf(() => state.change('add', contacts));
    return change ? change.failures.filter(({ retryable }) => retryable).map(({ contact }) => contact) : contacts;
  };
  const remove = (contact: string): void => {
    // The button goes with the contact: the focus goes to what became of it.
    outcome.current?.focus();
    void tellsOf(() => state.change('remove', [contact]));
  };
  return (
    <div class="list-editor">
      {problem && <ProblemNote problem={problem} onRetry={again} />}
      {list ? (
        <ListMembers {...{ list, texts, isBusy }} onRemove={mayChange ? remove : undefined} />
      ) : (
        isAsking && <p>{lists.loading}</p>
      )}
      <div role="status" ref={outcome} tabIndex={-1}>
        {isBusy && <p>{lists.sending}</p>}
        {changing.kind === 'done' && <ListOutcome change={changing.change} results={texts.results} />}
      </div>
      {changing.kind === 'stopped' && (
        <StoppedNote
          problem={changing.problem}
          mayBeDone={changing.mayBeDone}
          moves={[]}
          onResend={() => {
            outcome.current?.focus();
            void tellsOf(() => state.resend(changing.press));
          }}
        />
      )}
      {mayChange && list && <AddContacts action={texts.add} most={source.most} isBusy={isBusy} onAdd={add} />}
      {list && (
        <button type="button" class="quiet" onClick={again}>
          {isAsking ? settings.reading : settings.readAgain}
        </button>
      )}
    </div>
  );
}
