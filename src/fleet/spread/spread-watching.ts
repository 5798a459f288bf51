import { instanceNotFound } from '../../errors.ts';
import type { InstanceView } from '../../instance/state.ts';
import type { PrivacyReading } from '../calls/privacy-calls.ts';
import type { Reach } from '../calls/reach.ts';
import type { Change, Watching } from '../calls/watching.ts';
import { allChanges } from '../watching/all-changes.ts';
import type { Nudges } from '../watching/nudges.ts';
import type { Reading } from '../watching/session-watching.ts';
import { presentOf, type Seen, whatWasMissed } from './all-instances.ts';
import type { FarViews } from './far-views.ts';
import type { TopicName } from './feed.ts';
import { type Followed, follow, type FollowOptions } from './followed.ts';
import type { Near } from './near.ts';
import { SentReadings, SentViews } from './sent.ts';

export interface SpreadWatchingOptions extends FollowOptions {
  readonly near: Near;
  readonly views: FarViews;
}

/** Streams of what happens to the instances of all nodes. */
export class SpreadWatching implements Watching {
  readonly #options: SpreadWatchingOptions;
  /** Of each stream about all: looks again at all that it shows. */
  readonly #looks: Record<TopicName, Set<() => void>> = { instances: new Set(), settings: new Set() };

  constructor(options: SpreadWatchingOptions) {
    this.#options = options;
  }

  /** Nudges were missed: a node or the connection to it was gone. */
  missed(topic: TopicName): void {
    for (const look of this.#looks[topic]) look();
  }

  watchInstance(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<InstanceView>> {
    const { near, views } = this.#options;
    const sent = new SentViews();
    return this.#followed<InstanceView>(reach, name, signal, {
      method: 'watchInstance',
      near: (...args) => near.watching.watchInstance(...args),
      note: (view) => sent.note(view),
      between: (row) => views.of(row),
    });
  }

  watchPrivacy(reach: Reach, name: string, signal: AbortSignal): Promise<AsyncIterable<PrivacyReading>> {
    const { near } = this.#options;
    const sent = new SentReadings();
    return this.#followed<Reading>(reach, name, signal, {
      method: 'watchPrivacy',
      near: (...args) => near.watching.watchPrivacy(...args),
      note: (reading) => sent.note(reading),
      between: () => Promise.resolve(undefined),
    });
  }

  watchInstances(reach: Reach, signal: AbortSignal): AsyncIterable<Change<InstanceView>> {
    const { views } = this.#options;
    return this.#all<InstanceView>('instances', reach, signal, new SentViews(), (row) => views.of(row));
  }

  watchPrivacies(reach: Reach, signal: AbortSignal): AsyncIterable<Change<PrivacyReading>> {
    const { views } = this.#options;
    return this.#all<Reading>('settings', reach, signal, new SentReadings(), async (row) => {
      return (await views.reading(row)) ?? 'none_yet';
    });
  }

  async #followed<T>(
    reach: Reach,
    name: string,
    signal: AbortSignal,
    how: Omit<Followed<T>, 'reach' | 'name'>,
  ): Promise<AsyncIterable<T>> {
    const row = await this.#options.near.rows.find(reach, name);
    if (!row) throw instanceNotFound(name);
    const { id: instanceId, accountId } = row.view;
    reach.onFound?.(row.view);
    return follow(this.#options, { ...how, reach: { accountId, instanceId }, name }, signal);
  }

  async *#all<T>(
    topic: TopicName,
    reach: Reach,
    signal: AbortSignal,
    sent: Seen<T>,
    shown: Parameters<typeof presentOf<T>>[1]['shown'],
  ): AsyncGenerator<Change<T>, void, void> {
    const { rows, watching } = this.#options.near;
    const looks = this.#looks[topic];
    let look: (() => void) | undefined;
    const subscribe = (): Nudges => {
      const nudges = watching[topic].subscribe(reach.instanceId ?? reach.accountId);
      look = whatWasMissed({ rows, reach, nudges, sent });
      looks.add(look);
      return nudges;
    };
    try {
      yield* allChanges<T>(
        {
          subscribe,
          present: (nudges) => presentOf<T>(nudges, { rows, reach, shown }),
          read: async (id) => {
            const row = await rows.get(reach, id);
            return row && shown(row);
          },
          noteSent: (_, value) => sent.note(value),
          noteGone: ({ id }) => sent.gone(id),
        },
        signal,
      );
    } finally {
      if (look) looks.delete(look);
    }
  }
}
