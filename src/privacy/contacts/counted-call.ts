import type { PrivacyCall, PrivacyPort } from '../port.ts';

/** A call that counts the stanzas that left for it. */
export function countedCall(call: PrivacyCall): { readonly call: PrivacyCall; readonly stanzas: () => number } {
  let stanzas = 0;
  const port: PrivacyPort = {
    ask: async (stanza, timeoutMs) => {
      stanzas += 1;
      const reply = await call.port.ask(stanza, timeoutMs);
      if (reply.kind === 'unsent') stanzas -= 1;
      return reply;
    },
  };
  return { call: { ...call, port }, stanzas: () => stanzas };
}
