import type { Reach } from '../calls/reach.ts';
import type { InstanceRow, InstanceRows } from '../instance-rows.ts';
import type { Present } from '../watching/all-changes.ts';
import type { Nudges } from '../watching/nudges.ts';

const PAGE = 100;

/** What a stream has sent. */
export interface Seen<T> {
  /** False where it is what was sent last. */
  note(value: T): boolean;
  /** False where it was never sent. */
  gone(id: string): boolean;
  readonly ids: Iterable<string>;
}

interface Rows {
  readonly rows: Pick<InstanceRows, 'list'>;
  readonly reach: Reach;
}

async function* pages({ rows, reach }: Rows): AsyncGenerator<InstanceRow[], void, void> {
  let afterName = '';
  for (let more = true; more;) {
    const page = await rows.list(reach, { first: PAGE, afterName });
    afterName = page.at(-1)?.view.name ?? afterName;
    more = page.length === PAGE;
    yield page;
  }
}

/** All instances within reach, by name. Those of a page are asked for together. */
export async function* presentOf<T>(
  nudges: Nudges,
  { shown, ...rows }: Rows & { readonly shown: (row: InstanceRow) => Promise<Present<T>['value']> },
): AsyncGenerator<Present<T>, void, void> {
  for await (const page of pages(rows)) {
    for (const { view } of page) nudges.take(view.id);
    const values = await Promise.all(page.map(async (row) => ({ id: row.view.id, value: await shown(row) })));
    yield* values;
  }
}

/**
 * What looks again at all that a stream shows, as if each had changed: the stream tells what has. One that is called while
 * it looks does so once more.
 */
export function whatWasMissed({ nudges, sent, ...rows }: Rows & { nudges: Nudges; sent: Seen<never> }): () => void {
  let isLooking = false;
  let isDue = false;
  const lookAll = async (): Promise<void> => {
    const gone = new Set(sent.ids);
    for await (const page of pages(rows)) {
      for (const { view } of page) {
        gone.delete(view.id);
        nudges.add(view);
      }
    }
    const { accountId } = rows.reach;
    for (const id of gone) nudges.add({ id, accountId, name: '', isGone: true });
  };
  return () => {
    isDue = true;
    if (isLooking) return;
    isLooking = true;
    void (async () => {
      try {
        while (isDue) {
          isDue = false;
          await lookAll();
        }
      } catch {
        // The database is away: what happens to an instance later shows how it is.
      } finally {
        isLooking = false;
      }
    })();
  };
}
