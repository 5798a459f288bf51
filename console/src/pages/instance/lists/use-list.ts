import { useState } from 'preact/hooks';
import { newKey } from '../../../api/once.ts';
import type { Problem } from '../../../api/problem.ts';
import type { ContactList, ListChange, ListPress, ListSource, Verb } from './sources.ts';

export type Changing =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly press: ListPress }
  | { readonly kind: 'done'; readonly press: ListPress; readonly change: ListChange }
  | { readonly kind: 'stopped'; readonly press: ListPress; readonly problem: Problem; readonly mayBeDone: boolean };

export interface ListState {
  /** As it was seen last: by a read, or by what proved a change. */
  readonly list: ContactList | undefined;
  readonly changing: Changing;
  /** @returns what became of it; undefined where something stopped it. */
  readonly change: (verb: Verb, contacts: readonly string[]) => Promise<ListChange | undefined>;
  /** The same press once more, where no answer came. */
  readonly resend: (press: ListPress) => Promise<ListChange | undefined>;
}

const NO_ANSWER: Problem = { code: 'INTERNAL_SERVER_ERROR', message: '', retryAfterMs: undefined, extensions: {} };

const later = (a: ContactList | undefined, b: ContactList | undefined): ContactList | undefined =>
  a && b ? (a.observedAt > b.observedAt ? a : b) : (a ?? b);

/** A list that was read, and the changes of it. */
export function useList(source: ListSource, read: ContactList | undefined): ListState {
  const [changed, setChanged] = useState<ContactList>();
  const [changing, setChanging] = useState<Changing>({ kind: 'idle' });
  const send = async (press: ListPress): Promise<ListChange | undefined> => {
    setChanging({ kind: 'sending', press });
    const { value, problem, mayBeDone } = await source.change(press);
    if (value === undefined) {
      setChanging({ kind: 'stopped', press, problem: problem ?? NO_ANSWER, mayBeDone: mayBeDone || !problem });
      return undefined;
    }
    if (value.list) setChanged(value.list);
    setChanging({ kind: 'done', press, change: value });
    return value;
  };
  return {
    // Nothing is shown before it was read: a list that is closed and opened again is read again.
    list: read && later(read, changed),
    changing,
    change: (verb, contacts) => send({ verb, contacts, key: newKey() }),
    resend: (press) => send({ ...press, wasSent: true }),
  };
}
