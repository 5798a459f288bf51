import { spawn } from '@lydell/node-pty';
import jsQR from 'jsqr';
import { expect, onTestFinished } from 'vitest';

const PRIVET = new URL('../../bin/privet.cjs', import.meta.url).pathname;
const WAIT_MS = 15_000;

interface Cell {
  readonly char: string;
  /** Whether it is drawn in fixed white on fixed black; otherwise in the colours of the terminal. */
  readonly fixed: boolean;
}

const ESC = '\u001b';
const BEGUN = new RegExp(`${ESC}(\\[[\\d;?]*)?$`);
const PART = new RegExp(`${ESC}\\[[\\d;?]*[A-Za-z]|[^]`, 'gu');
const UP = new RegExp(`^${ESC}\\[(\\d+)A$`);

/** As much of a terminal as the command line uses: what is not known here throws. */
class Screen {
  columns: number;
  readonly lines: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #fixed = false;
  /** A sequence whose end has not come yet. */
  #begun = '';

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    const all = this.#begun + text;
    this.#begun = BEGUN.exec(all)?.[0] ?? '';
    const whole = all.slice(0, all.length - this.#begun.length);
    for (const [part] of whole.matchAll(PART)) this.#obey(part);
  }

  #obey(part: string): void {
    const up = UP.exec(part)?.[1];
    if (part === '\r') this.#column = 0;
    else if (part === '\n') this.#row += 1;
    else if (up !== undefined) this.#row = Math.max(0, this.#row - Number(up));
    else if (part === '\u001b[J') this.#clearBehind();
    else if (part === '\u001b[38;5;231;48;5;16m') this.#fixed = true;
    else if (part === '\u001b[0m') this.#fixed = false;
    else if (part.startsWith('\u001b')) throw new Error(`Unknown to this terminal: ${JSON.stringify(part)}`);
    else this.#put({ char: part, fixed: this.#fixed });
  }

  #put(cell: Cell): void {
    if (this.#column === this.columns) {
      this.#column = 0;
      this.#row += 1;
    }
    this.#line()[this.#column] = cell;
    this.#column += 1;
  }

  #line(): Cell[] {
    while (this.lines.length <= this.#row) this.lines.push([]);
    return this.lines[this.#row] ?? [];
  }

  #clearBehind(): void {
    this.#line().length = this.#column;
    this.lines.length = this.#row + 1;
  }
}

/** White: 1. Of a cell its upper and its lower half. */
const HALVES: Readonly<Record<string, readonly [number, number]>> = {
  '█': [1, 1],
  '▀': [1, 0],
  '▄': [0, 1],
  ' ': [0, 0],
};

const PIXELS = 4;

/** What a phone reads from the screen of a terminal that has these colours. */
const readQr = (lines: readonly (readonly Cell[])[], theme: 'dark' | 'light'): string | undefined => {
  const width = Math.max(...lines.map((line) => line.length));
  const rows = lines.flatMap((line) =>
    [0, 1].map((half) =>
      Array.from({ length: width }, (_, column) => {
        const cell = line[column];
        // Letters are no part of it: as good as empty.
        const light = HALVES[cell?.char ?? ' ']?.[half] ?? 0;
        return cell?.fixed === true || theme === 'dark' ? light : 1 - light;
      }),
    ),
  );
  const pixels = rows.flatMap((row) => {
    const line = row.flatMap((light) =>
      Array.from({ length: PIXELS }, () => [light * 255, light * 255, light * 255, 255]),
    );
    return Array.from({ length: PIXELS }, () => line.flat()).flat();
  });
  return jsQR.default(new Uint8ClampedArray(pixels), width * PIXELS, rows.length * PIXELS, {
    inversionAttempts: 'dontInvert',
  })?.data;
};

/** `privet` as a person runs it. */
export interface PersonsTerminal {
  /** The lines of the screen. */
  readonly text: string;
  /** All that came, with what moves the cursor. */
  readonly written: string;
  /** Waits until the screen shows that. */
  shows(what: RegExp): Promise<RegExpExecArray>;
  /** The QR code on the screen, as it reads on a dark terminal and on a light one. */
  qr(): { readonly dark: string | undefined; readonly light: string | undefined };
  type(text: string): void;
  resize(columns: number, rows: number): void;
  /** The exit code. */
  readonly ended: Promise<number>;
}

export function inTerminal(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { columns = 120, rows = 60 } = {},
): PersonsTerminal {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [PRIVET, ...argv], {
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: { PATH, NODE_COMPILE_CACHE, TERM: 'xterm-256color', ...env },
  });
  const screen = new Screen(columns);
  let written = '';
  child.onData((text) => {
    written += text;
    screen.write(text);
  });
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  let isOver = false;
  child.onExit(({ exitCode }) => {
    isOver = true;
    resolve(exitCode);
  });
  onTestFinished(() => {
    if (!isOver) child.kill('SIGKILL');
  });
  const textNow = (): string => screen.lines.map((line) => line.map(({ char }) => char).join('')).join('\n');
  return {
    get text() {
      return textNow();
    },
    get written() {
      return written;
    },
    async shows(what) {
      await expect.poll(textNow, { timeout: WAIT_MS }).toMatch(what);
      return what.exec(textNow()) ?? expect.fail('It is gone again');
    },
    qr: () => ({ dark: readQr(screen.lines, 'dark'), light: readQr(screen.lines, 'light') }),
    type: (text) => child.write(text),
    resize(toColumns, toRows) {
      screen.columns = toColumns;
      child.resize(toColumns, toRows);
    },
    ended,
  };
}
