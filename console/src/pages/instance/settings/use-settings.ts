import { useEffect, useRef, useState } from 'preact/hooks';
import { useApi } from '../../../api/api.ts';
import type { Problem } from '../../../api/problem.ts';
import { useLiveQuery } from '../../../api/use-live-query.ts';
import type { Sections } from '../../../fields.ts';
import {
  type HeldSettingsFragment,
  type PrivacyField,
  ReadPrivacyDocument,
  WatchPrivacyDocument,
} from '../../../gql/graphql.ts';
import { type Move, movesBetween } from './draft.ts';

/** How long a setting that was changed elsewhere is marked. */
const MARKED_MS = 8_000;

/** What a conflict does not tell, where nothing was seen before. */
const UNSEEN = { id: '', other: [], stale: false };

export interface SettingsWatch {
  readonly settings: HeldSettingsFragment | undefined;
  /** What was changed elsewhere a moment ago. */
  readonly moves: readonly Move[];
  /** What stopped the last read. */
  readonly problem: Problem | undefined;
  readonly isReading: boolean;
  readonly read: () => void;
  /** What an answer showed: of a change, or of a conflict. It may come behind what the stream has told since. */
  readonly show: (shown: Sections & { readonly observedAt: string }) => void;
  /** While a change of the person's own runs, what becomes of its fields is its to tell. @returns what ends that. */
  readonly keepQuiet: (fields: readonly PrivacyField[]) => () => void;
}

/** The settings as the service has them, moved by each change; freshly read each time that the instance is connected. */
export function useSettings(instance: string, mayRead: boolean, isOpen: boolean, isLinked = true): SettingsWatch {
  const api = useApi();
  const [settings, setSettings] = useState<HeldSettingsFragment>();
  const [moves, setMoves] = useState<readonly Move[]>([]);
  const latest = useRef<HeldSettingsFragment>(undefined);
  const own = useRef<ReadonlySet<readonly PrivacyField[]>>(new Set());

  const take = (next: HeldSettingsFragment): void => {
    const quiet = new Set([...own.current].flat());
    const found = movesBetween(latest.current, next).filter(({ field }) => !quiet.has(field));
    latest.current = next;
    setSettings(next);
    if (found.length > 0) setMoves(found);
  };
  /** Answers may overtake each other: an older one shows nothing. */
  const takeNewer = (next: HeldSettingsFragment): void => {
    if (latest.current === undefined || next.observedAt >= latest.current.observedAt) take(next);
  };

  useEffect(() => {
    if (isLinked) return;
    // It may be another account that is linked next: nothing of this one is its.
    latest.current = undefined;
    setSettings(undefined);
    setMoves([]);
  }, [isLinked]);

  useEffect(() => {
    if (!mayRead) return;
    // After a lost connection the service tells from the start: whatever that is, it is what it has.
    let isFirst = true;
    return api.stream(
      WatchPrivacyDocument,
      { instance },
      {
        start: () => {
          isFirst = true;
        },
        next: ({ privacy }) => {
          if (privacy) (isFirst ? take : takeNewer)(privacy);
          isFirst = false;
        },
        end: () => undefined,
      },
    );
  }, [api, instance, mayRead]);

  const isRead = mayRead && isOpen;
  const { data, problem, isAsking, again } = useLiveQuery(ReadPrivacyDocument, isRead ? { instance } : undefined);
  useEffect(() => {
    if (data?.privacy) takeNewer(data.privacy);
  }, [data]);

  useEffect(() => {
    if (moves.length === 0) return;
    const timer = setTimeout(() => setMoves([]), MARKED_MS);
    return () => clearTimeout(timer);
  }, [moves]);

  return {
    settings,
    moves,
    problem,
    isReading: isRead && isAsking,
    read: again,
    show: (shown) => {
      if (latest.current && shown.observedAt < latest.current.observedAt) return;
      const next = { ...(latest.current ?? UNSEEN), ...shown };
      latest.current = next;
      setSettings(next);
    },
    keepQuiet: (fields) => {
      own.current = new Set([...own.current, fields]);
      return () => {
        own.current = new Set([...own.current].filter((others) => others !== fields));
      };
    },
  };
}
