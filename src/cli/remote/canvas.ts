import { renderUnicodeCompact } from 'uqr';
import type { Terminal } from '../io.ts';

/** What the standard asks for around a code, in modules. */
const QUIET_ZONE = 4;
/** White on black of the fixed part of the palette, whatever colours the terminal has: phones read no code in negative. */
const BLACK_ON_WHITE = '\u001b[38;5;231;48;5;16m';
const PLAIN = '\u001b[0m';

/** A QR code, two modules to a character. Its light modules are drawn, and its dark ones are the background. */
export const drawQr = (text: string): string[] =>
  renderUnicodeCompact(text, { border: QUIET_ZONE })
    .split('\n')
    .map((line) => `${BLACK_ON_WHITE}${line}${PLAIN}`);

/** How many characters such a line takes. */
export const widthOf = (line: string): number => line.replaceAll(BLACK_ON_WHITE, '').replaceAll(PLAIN, '').length;

/** Lines at the end of the terminal that are drawn over those before. */
export class Canvas {
  readonly #terminal: Terminal;
  #drawn: readonly string[] = [];
  #width = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(lines: readonly string[]): void {
    const same = this.#width === this.#terminal.columns ? firstDifference(this.#drawn, lines) : 0;
    const back = this.#drawn.length - same;
    const up = back > 0 ? `\u001b[${back}A` : '';
    this.#terminal.write(
      `${up}\r\u001b[J${lines
        .slice(same)
        .map((line) => `${line}\n`)
        .join('')}`,
    );
    this.#drawn = lines;
    this.#width = this.#terminal.columns;
  }
}

const firstDifference = (before: readonly string[], now: readonly string[]): number => {
  const at = before.findIndex((line, n) => line !== now[n]);
  return at === -1 ? Math.min(before.length, now.length) : at;
};
