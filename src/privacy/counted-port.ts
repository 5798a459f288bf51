import type { Reply } from '../wire/reply.ts';
import type { Stanza } from '../wire/stanza.ts';
import type { PrivacyPort } from './port.ts';

/** A port that counts what leaves over it. */
export class CountedPort implements PrivacyPort {
  #sent = 0;
  readonly #port: PrivacyPort;

  constructor(port: PrivacyPort) {
    this.#port = port;
  }

  get sent(): number {
    return this.#sent;
  }

  async ask(stanza: Stanza, timeoutMs: number): Promise<Reply> {
    this.#sent += 1;
    const reply = await this.#port.ask(stanza, timeoutMs);
    // guard: a request that never left is not counted
    if (reply.kind === 'unsent') this.#sent -= 1;
    return reply;
  }
}
