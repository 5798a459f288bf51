import { createInterface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { CommandIo } from './io.ts';

interface Streams {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
}

/** The terminal that the process has, and how to ask the person there. */
export const terminalOf = ({ stdin, stdout }: Streams, signal: AbortSignal): Pick<CommandIo, 'terminal' | 'ask'> => {
  if (!stdout.isTTY) return {};
  const terminal = {
    get columns() {
      return stdout.columns;
    },
    get rows() {
      return stdout.rows;
    },
    write: (text: string) => void stdout.write(text),
  };
  if (!stdin.isTTY) return { terminal };
  const ask = (question: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    // Not as a terminal: it would take Ctrl-C for itself.
    const lines = createInterface({ input: stdin, output: stdout, terminal: false, signal });
    lines.on('close', () => resolve(''));
    lines.question(question, resolve);
    return promise.finally(() => lines.close());
  };
  return { terminal, ask };
};
