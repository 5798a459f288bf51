import type { Terminal } from '../io.ts';
import { visible } from '../output.ts';
import { drawQr, widthOf } from './canvas.ts';
import type { PairingSubscription } from './gql/graphql.ts';

type Pairing = NonNullable<PairingSubscription['instance']>;

/** For the line with the time, and the one that the cursor waits on. */
const LINES_BELOW = 2;

const secondsUntil = (time: string, now: number): number => Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));

/** In lines that the terminal does not break itself: what is drawn over them later must know how many there are. */
const broken = (text: string, columns: number): string[] => {
  const lines = [''];
  for (const word of visible(text)
    .split(' ')
    .flatMap((long) => long.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
};

/** The code, and what is left of its time; or why it can't be drawn here. */
export const pairingLines = ({ state, reason, pairing }: Pairing, terminal: Terminal, now: number): string[] => {
  const say = (...texts: string[]): string[] => texts.flatMap((text) => broken(text, Math.max(1, terminal.columns)));
  if (!pairing) return say(reason?.message ?? (state === 'PAIRING' ? 'Waiting for a code' : state));
  const seconds = secondsUntil(pairing.expiresAt, now);
  if (pairing.qr === null) {
    return say(`Type on the phone: ${pairing.code ?? '-'}`, `It works for ${seconds} s more`);
  }
  const code = drawQr(pairing.qr);
  const [columns, rows] = [widthOf(code[0] ?? ''), code.length + LINES_BELOW];
  if (columns > terminal.columns || rows > terminal.rows) {
    const here = `here are ${terminal.columns} and ${terminal.rows}`;
    return say(
      `The QR code needs ${columns} columns and ${rows} rows, and ${here}: enlarge the window, choose smaller letters, or pair by --phone`,
    );
  }
  return [...code, ...say(`Scan it on the phone; the next code comes in ${seconds} s`)];
};
