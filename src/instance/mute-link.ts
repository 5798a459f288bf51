import type { CloseEvidence, Link, LinkPhase } from '../wire/link.ts';
import type { Reply } from '../wire/reply.ts';
import type { Stanza } from '../wire/stanza.ts';
import type { Owner } from './life.ts';
import type { OpenLinkOf } from './session-deps.ts';

/** How long a pairing code waits for a node that may not ask for it at present, in milliseconds. */
const CODE_MS = 10_000;

/** The links of a node of several: they ask nothing of WhatsApp while another node may have the instance. */
export const mutedBy =
  (owner: Owner, openLink: OpenLinkOf): OpenLinkOf =>
  (options, instanceId) =>
    new MuteLink(openLink({ ...options, mayLogIn: () => owner.held }, instanceId), owner);

/**
 * Mute at the request, and not below: a frame that is left out behind its encryption would break the count of both sides,
 * and WhatsApp would end the link. What the link says by itself, such as acknowledgements and pings, goes on.
 */
class MuteLink implements Link {
  readonly #link: Link;
  readonly #owner: Owner;

  constructor(link: Link, owner: Owner) {
    this.#link = link;
    this.#owner = owner;
  }

  get jid(): string | undefined {
    return this.#link.jid;
  }

  get lid(): string | undefined {
    return this.#link.lid;
  }

  get phase(): LinkPhase {
    return this.#link.phase;
  }

  get ended(): Promise<CloseEvidence> {
    return this.#link.ended;
  }

  request(stanza: Stanza, timeoutMs: number): Promise<Reply> {
    // guard: a mute node asks nothing of WhatsApp, else true
    const mayAsk = this.#owner.held;
    return mayAsk ? this.#link.request(stanza, timeoutMs) : Promise.resolve({ kind: 'unsent' });
  }

  async requestPairingCode(phoneNumber: string): Promise<string> {
    if (!this.#owner.held && !(await this.#owner.whenHeld?.(CODE_MS))) {
      this.end({ kind: 'pairing_refused', reply: { kind: 'unsent' } });
      throw new Error('This node has lost touch with the database');
    }
    return this.#link.requestPairingCode(phoneNumber);
  }

  end(evidence: CloseEvidence): void {
    this.#link.end(evidence);
  }

  reached(phase: LinkPhase): void {
    this.#link.reached(phase);
  }
}
