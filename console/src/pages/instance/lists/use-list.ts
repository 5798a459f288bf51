import { useEffect, useState } from 'preact/hooks';
import { newKey } from '../../../api/once.ts';
import type { Problem } from '../../../api/problem.ts';
import type { ContactList, ListChange, ListPress, ListSource, Verb } from './sources.ts';

export type Changing =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly press: ListPress }
  | { readonly kind: 'done'; readonly press: ListPress; readonly change: ListChange }
  | { readonly kind: 'stopped'; readonly press: ListPress; readonly problem: Problem };

export interface ListState {
  readonly list: ContactList | undefined;
  readonly isReading: boolean;
  /** What stopped the last read. */
  readonly problem: Problem | undefined;
  readonly changing: Changing;
  readonly read: () => void;
  /** @returns what became of it; undefined where something stopped it. */
  readonly change: (verb: Verb, contacts: readonly string[]) => Promise<ListChange | undefined>;
  /** The same press once more, where no answer came. */
  readonly resend: (press: ListPress) => Promise<ListChange | undefined>;
}

const NO_ANSWER: Problem = { code: 'INTERNAL_SERVER_ERROR', message: '', retryAfterMs: undefined, extensions: {} };

/** A list, read while it is shown. @param readAnew another value of it reads again */
export function useList(source: ListSource, isShown: boolean, readAnew: string): ListState {
  const [list, setList] = useState<ContactList>();
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [changing, setChanging] = useState<Changing>({ kind: 'idle' });

  const read = async (isLatest: () => boolean): Promise<void> => {
    setReading(true);
    const answer = await source.read();
    if (!isLatest()) return;
    setReading(false);
    setProblem(answer.problem);
    if (answer.value) setList(answer.value);
  };
  useEffect(() => {
    if (!isShown) return;
    let isLatest = true;
    void read(() => isLatest);
    return () => {
      isLatest = false;
    };
  }, [isShown, readAnew]);

  const send = async (press: ListPress): Promise<ListChange | undefined> => {
    setChanging({ kind: 'sending', press });
    const { value, problem: why } = await source.change(press);
    if (value === undefined) {
      setChanging({ kind: 'stopped', press, problem: why ?? NO_ANSWER });
      return undefined;
    }
    if (value.list) setList(value.list);
    setChanging({ kind: 'done', press, change: value });
    return value;
  };
  return {
    list,
    isReading,
    problem,
    changing,
    read: () => void read(() => true),
    change: (verb, contacts) => send({ verb, contacts, key: newKey() }),
    resend: send,
  };
}
