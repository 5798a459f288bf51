import { Client } from 'pg';
import type { Clock } from '../../clock.ts';
import { connectionConfig, placeOf } from './connection.ts';
import { ConnectionLost, known } from './faults.ts';

const LOOK_EVERY_MS = 2_000;
/** So long nothing may be seen of the work before it is given up, in milliseconds. */
const MOST_SILENCE_MS = 6_000;
const LOOK_MS = 2_000;

/** Whether the server works for the connection of that name, or has answered it a moment ago. */
const AT_WORK = `
  select 1 from pg_stat_activity
  where application_name = $1 and (state = 'active' or clock_timestamp() - state_change < interval '5 s')`;

export interface LookoutOptions {
  readonly url: string;
  /** The name of the connection that is waited for, which no other one has. */
  readonly name: string;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/**
 * Watches over a connection whose statements may take as long as they take: asks the server on another one whether it is
 * at work on them, which the connection itself would not tell where it broke without a word.
 */
export class Lookout implements Disposable {
  readonly #options: LookoutOptions;
  readonly #lost = new AbortController();
  #timer: Disposable | undefined;
  #silentSince: number | undefined;
  #isOver = false;

  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#wait();
  }

  /** Aborted when nothing was seen of the work for too long. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, url, warn } = this.#options;
    const began = clock.monotonic();
    const isAtWork = await this.#isAtWork();
    if (this.#isOver) return;
    if (isAtWork) this.#silentSince = undefined;
    else if (this.#silentSince === undefined) {
      this.#silentSince = began;
      warn(`Waiting for the database ${placeOf(url)}, which does not answer: at most ${MOST_SILENCE_MS / 1000} s`);
    }
    if (this.#silentSince !== undefined && clock.monotonic() - this.#silentSince >= MOST_SILENCE_MS) {
      return this.#lost.abort(new ConnectionLost('The server does not answer any more'));
    }
    this.#wait();
  }

  /** A server that refuses to tell is there. */
  async #isAtWork(): Promise<boolean> {
    const { url, name } = this.#options;
    const config = {
      ...connectionConfig(url, 'privet/lookout'),
      connectionTimeoutMillis: LOOK_MS,
      query_timeout: LOOK_MS,
    };
    const client = new Client(config);
    client.on('error', () => {});
    try {
      await client.connect();
      return (await client.query(AT_WORK, [name])).rowCount !== 0;
    } catch (error) {
      return !(known(error) instanceof ConnectionLost);
    } finally {
      void client.end().catch(() => {});
    }
  }
}
