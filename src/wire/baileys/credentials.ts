import { type AuthenticationCreds, BufferJSON } from '@whiskeysockets/baileys';

/**
 * Without the routing hint of an earlier link, which Baileys only puts in front of its next one (Socket/socket.js: the
 * parameter `ED` of the address and the header of the handshake): see admission.ts.
 */
export const parseCredentials = (text: string): AuthenticationCreds => ({
  ...(JSON.parse(text, BufferJSON.reviver) as AuthenticationCreds),
  routingInfo: undefined,
});

/** The same text for the same credentials, and no hint in it: a hint that changes is nothing to store. */
export const credentialsText = (creds: AuthenticationCreds): string =>
  JSON.stringify({ ...creds, routingInfo: undefined }, BufferJSON.replacer);
