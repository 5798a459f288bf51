import type { Terminal } from '../io.ts';
import { visible } from '../output.ts';
import { drawQr, widthOf } from './canvas.ts';
import type { PairingSubscription } from './gql/graphql.ts';

type Pairing = NonNullable<PairingSubscription['instance']>;

/** For the line with the time, and the one that the cursor waits on. */
const LINES_BELOW = 2;

const secondsUntil = (time: string, now: number): number => Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));

/** The code, and what is left of its time; or why it can't be drawn here. */
export const pairingLines = ({ state, reason, pairing }: Pairing, terminal: Terminal, now: number): string[] => {
  if (!pairing) return [visible(reason?.message ?? (state === 'PAIRING' ? 'Waiting for a code' : state))];
  const seconds = secondsUntil(pairing.expiresAt, now);
  if (pairing.qr === null) {
    return [`Type on the phone: ${visible(pairing.code ?? '-')}`, `It works for ${seconds} s more`];
  }
  const code = drawQr(pairing.qr);
  const [columns, rows] = [widthOf(code[0] ?? ''), code.length + LINES_BELOW];
  if (columns > terminal.columns || rows > terminal.rows) {
    return [
      `The QR code needs ${columns} columns and ${rows} rows, and here are ${terminal.columns} and ${terminal.rows}:`,
      'enlarge the window, choose smaller letters, or pair by --phone',
    ];
  }
  return [...code, `Scan it on the phone; the next code comes in ${seconds} s`];
};
