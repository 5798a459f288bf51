import { PrivetError } from '../errors.ts';
import { CountedPort } from './counted-port.ts';
import type { PrivacyCall } from './port.ts';
import { requestTimeout } from './time.ts';

/** The same call, of whose time so much is kept for what comes behind, in milliseconds. */
export const keeping = (call: PrivacyCall, ms: number): PrivacyCall => ({
  ...call,
  remaining: () => call.remaining() - ms,
});

/**
 * The same call over a port that counts what is sent, for an update that is about to begin.
 * @param keptMs so much of its time is kept for what comes behind.
 * @throws PrivetError TIMEOUT where too little time is left to send anything.
 */
export function counted(call: PrivacyCall, keptMs = 0): PrivacyCall & { readonly port: CountedPort } {
  if (requestTimeout(call.remaining() - keptMs) === undefined) {
    throw new PrivetError('TIMEOUT', 'Too little time was left to change anything; nothing was written to WhatsApp');
  }
  return { ...call, port: new CountedPort(call.port) };
}
