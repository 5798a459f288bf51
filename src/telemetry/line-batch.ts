import type { DestinationStream } from 'pino';

/** Lines of these levels may wait: one that is lost in a crash does not explain it. */
const CALM = /^\{"level":"(?:info|debug|trace)"/;

/**
 * Writes the lines of one turn of the event loop together: a write for each request costs as much as the line itself.
 * What is a warning or worse is written at once, with all that came before it, and so is the rest when the process exits.
 */
export function inBatches(destination: DestinationStream): DestinationStream & { flushSync(): void } {
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    destination.write(text);
  };
  process.on('exit', flush);
  return {
    write(line) {
      lines.push(line);
      if (!CALM.test(line)) flush();
      else if (lines.length === 1) setImmediate(flush);
    },
    flushSync: flush,
  };
}
