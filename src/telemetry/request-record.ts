import { randomInt } from 'node:crypto';

/** The parts of the service that answer requests; `probe` is what asks every few seconds, such as a health check. */
export type Edge = 'graphql' | 'rest' | 'probe' | 'other';

/** How much of an operation's name is logged; a client may choose one as long as its document. */
const MAX_OPERATION = 64;
/** The longest origin: a host's name has 253 characters at most, and is shorter where people made it. */
const MAX_ORIGIN = 100;

/** Of this start of the service: letters, which nothing takes for a phone number. */
const PREFIX = Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('');
let count = 0;

/** Facts about one request, noted while it is served. They become its log line when the response ends. */
export class RequestRecord {
  /** Ours, whatever the client sends: an id from outside could forge lines and collide. */
  readonly id = `${PREFIX}-${(count += 1).toString(36)}`;
  edge: Edge = 'other';
  /** The token's public id. */
  tokenId: string | undefined;
  /** Stanzas that updates have sent to WhatsApp. */
  stanzas: number | undefined;
  /** Fields of updates that do not hold. */
  failures: number | undefined;
  /** Calls within the request that a limit refused. */
  rateLimited = 0;
  #operation: string | undefined;
  #refusedOrigin: string | undefined;
  #outcome: string | undefined;
  #instances: string | undefined;
  #instanceNames: string | undefined;

  get operation(): string | undefined {
    return this.#operation;
  }

  set operation(name: string | undefined) {
    this.#operation = name?.slice(0, MAX_OPERATION);
  }

  /** The origin of a page that may not call the service, so that its operator sees which one is not listed. */
  get refusedOrigin(): string | undefined {
    return this.#refusedOrigin;
  }

  noteRefusedOrigin(origin: string | undefined): void {
    this.#refusedOrigin = origin?.slice(0, MAX_ORIGIN);
  }

  /** `ok`, or the code of the first thing that went wrong. */
  get outcome(): string | undefined {
    return this.#outcome;
  }

  /** The ids of the instances that were found, joined by commas. */
  get instance(): string | undefined {
    return this.#instances;
  }

  /** Their names, in the same order. */
  get instanceName(): string | undefined {
    return this.#instanceNames;
  }

  noteInstance({ id, name }: { readonly id: string; readonly name: string }): void {
    if (this.#instances === undefined) {
      this.#instances = id;
      this.#instanceNames = name;
    } else if (!this.#instances.includes(id)) {
      this.#instances += `,${id}`;
      this.#instanceNames += `,${name}`;
    }
  }

  noteUpdate(stanzas: number, failures: number): void {
    this.stanzas = (this.stanzas ?? 0) + stanzas;
    this.failures = (this.failures ?? 0) + failures;
  }

  noteOk(): void {
    this.#outcome ??= 'ok';
  }

  noteError(code: string): void {
    if (this.#outcome === undefined || this.#outcome === 'ok') this.#outcome = code;
    if (code === 'RATE_LIMITED') this.rateLimited += 1;
  }
}
