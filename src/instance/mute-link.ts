import type { CloseEvidence, Link, LinkPhase } from '../wire/link.ts';
import type { Reply } from '../wire/reply.ts';
import type { Stanza } from '../wire/stanza.ts';
import type { Owner } from './life.ts';
import type { OpenLinkOf } from './session-deps.ts';

/** Who waits for a mute node looks this often whether it was ended meanwhile, in milliseconds. */
const MUTE_LOOK_MS = 1_000;

/** A node of several begins no link while another one may have the instance. */
export async function untilHeld(owner: Owner, signal: AbortSignal): Promise<void> {
  while (isMute(owner)) {
    await owner.whenHeld?.(MUTE_LOOK_MS);
    signal.throwIfAborted();
  }
}

/** Of a node of several alone: its lease does not hold. */
export const isMute = (owner: Owner): boolean => owner.whenHeld !== undefined && !owner.held;

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

  /** A pairing is ended where its node goes mute: see `runPairing`. */
  requestPairingCode(phoneNumber: string): Promise<string> {
    return this.#link.requestPairingCode(phoneNumber);
  }

  end(evidence: CloseEvidence): void {
    this.#link.end(evidence);
  }

  reached(phase: LinkPhase): void {
    this.#link.reached(phase);
  }
}
