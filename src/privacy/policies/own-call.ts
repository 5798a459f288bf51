import type { PrivacyCall, PrivacyPort } from '../port.ts';

/** The same call, over another port. */
export const over = (call: PrivacyCall, port: PrivacyPort): PrivacyCall => ({
  port,
  settings: call.settings,
  whenOpen: (timeoutMs) => call.whenOpen(timeoutMs),
  announcements: () => call.announcements(),
  usesLid: () => call.usesLid(),
  now: () => call.now(),
  remaining: () => call.remaining(),
});

/** The same call, of whose time so much is kept for what comes behind. */
export const keeping = (call: PrivacyCall, ms: number): PrivacyCall => ({
  ...over(call, call.port),
  remaining: () => call.remaining() - ms,
});
