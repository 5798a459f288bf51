import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { FrameWriter } from '../frames.ts';
import type { ConnectionMarks } from '../marks.ts';
import { type Crossing, OUTCOME } from '../outcome.ts';

interface Values {
  /** The next value, or how it ended. */
  next(): Promise<Crossing>;
  end(): Promise<unknown>;
}

interface Writing {
  readonly marks: ConnectionMarks;
  readonly sequence: number;
  /** Aborts when nobody reads any more. */
  readonly signal: AbortSignal;
}

/** Writes what comes, each value only where there is room for it: one that is read slowly is written slowly. */
export async function writeValues(
  stream: ServerHttp2Stream,
  values: Values,
  { marks, sequence, signal }: Writing,
): Promise<void> {
  const frames = new FrameWriter(marks, sequence);
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      // One that does not heed its signal is left behind.
      const outcome = await Promise.race([values.next(), aborted.promise]);
      if (!outcome || signal.aborted || stream.destroyed) return;
      const hasRoom = stream.write(frames.write(outcome.status, outcome.payload));
      if (outcome.status !== OUTCOME.value) return void stream.end();
      if (!hasRoom) await once(stream, 'drain', { signal }).catch(() => {});
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // An iterator that waits for its next value answers this only after that: nobody waits for it here.
    values.end().catch(() => {});
  }
}
