import { systemClock } from '../../clock.ts';
import type { CommandIo } from '../io.ts';
import { jsonLine, table, visible } from '../output.ts';
import { type Answered, Client } from './client.ts';
import type { TypedDocumentString } from './gql/graphql.ts';
import { type OutputOptions, type TargetOptions, targetOf } from './options.ts';
import { subscribe } from './stream.ts';

/** Rows under a head. */
export interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One command's dealings with the service and with the person. */
export class Session {
  readonly io: CommandIo;
  readonly client: Client;
  readonly asJson: boolean;

  constructor(io: CommandIo, options: TargetOptions & OutputOptions) {
    this.io = io;
    const enough = AbortSignal.any([io.signal, ...(io.unread ? [io.unread] : [])]);
    this.client = new Client(targetOf(io, options), systemClock, enough);
    this.asJson = options.json ?? (options.table ? false : io.terminal === undefined);
  }

  /** A line of JSON for each thing, or all of them as a table; nothing under a head where there are none. */
  show<T>(things: readonly T[], asTable: (things: readonly T[]) => Rows): void {
    if (this.asJson) {
      for (const thing of things) this.io.say(jsonLine(thing));
    } else {
      const { head, rows } = asTable(things);
      this.io.say(table(head, rows));
    }
  }

  /** What holds now, then each change, until the service or the person ends it; what the connection does is told on stderr. */
  watch<R, V extends Record<string, unknown>>(
    document: TypedDocumentString<R, V>,
    variables: V,
  ): AsyncGenerator<Answered<R>> {
    const { io } = this;
    return subscribe(this.client, document, variables, {
      lost: (why) => io.complain(`Trying again: ${why}`),
      back: () => io.complain('It is there again'),
    });
  }

  /** A line for people, who see no JSON. */
  note(line: string): void {
    if (!this.asJson) this.io.say(visible(line));
  }
}
