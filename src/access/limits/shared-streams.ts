import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { OpenStreams } from '../../storage/nodes/open-streams.ts';

/** Between two tries to delete the rows of streams that have ended. */
const PAUSE_MS = 1_000;
const MOST_AT_ONCE = 1_000;

export interface SharedStreamsOptions {
  readonly streams: OpenStreams;
  /** The run of the service that has them. */
  readonly incarnation: string;
  readonly clock: Clock;
  /** How many a token may have. */
  readonly most: number;
}

/** A stream that waits to be opened. */
interface Asking {
  readonly id: string;
  readonly resolve: (isOpen: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** The streams of tokens, counted over all nodes: a row each, while it is open. */
export class SharedStreams {
  readonly #options: SharedStreamsOptions;
  /** By their token's family: those that come while a statement is in flight share the next one. */
  readonly #waiting = new Map<string, Asking[]>();
  /** Of streams that have ended, and are still to be deleted. */
  readonly #ended = new Set<string>();
  #isClosing = false;

  constructor(options: SharedStreamsOptions) {
    this.#options = options;
  }

  /**
   * A stream, to be given back by disposing it; undefined where the token has all of them open.
   * @throws DatabaseAwayError, StorageError
   */
  async open(family: string): Promise<Disposable | undefined> {
    const id = randomUUID();
    const isOpen = await new Promise<boolean>((resolve, reject) => this.#ask(family, { id, resolve, reject }));
    return isOpen ? { [Symbol.dispose]: () => this.#end([id]) } : undefined;
  }

  #ask(family: string, asking: Asking): void {
    const waiting = this.#waiting.get(family);
    if (waiting) return void waiting.push(asking);
    this.#waiting.set(family, [asking]);
    queueMicrotask(() => void this.#openAll(family));
  }

  async #openAll(family: string): Promise<void> {
    const { streams, incarnation, most } = this.#options;
    for (let asked = this.#waiting.get(family) ?? []; asked.length > 0; asked = this.#waiting.get(family) ?? []) {
      this.#waiting.set(family, []);
      const ids = asked.map(({ id }) => id);
      try {
        const opened = await streams.open({ ids, family, incarnation }, most);
        for (const [place, { resolve }] of asked.entries()) resolve(place < opened);
      } catch (error) {
        // They may be there all the same.
        this.#end(ids);
        for (const { reject } of asked) reject(error);
      }
    }
    this.#waiting.delete(family);
  }

  #end(ids: readonly string[]): void {
    for (const id of ids) this.#ended.add(id);
    if (!this.#isClosing) void this.#close();
  }

  /** While the database is away they wait. Where this service ends before, they count no more either. */
  async #close(): Promise<void> {
    this.#isClosing = true;
    while (this.#ended.size > 0) {
      const ids = [...this.#ended].slice(0, MOST_AT_ONCE);
      try {
        await this.#options.streams.close(ids);
        for (const id of ids) this.#ended.delete(id);
      } catch {
        await this.#options.clock.sleep(PAUSE_MS);
      }
    }
    this.#isClosing = false;
  }
}
