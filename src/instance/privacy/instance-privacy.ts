import type { Call } from '../../call.ts';
import type { BlockAction, Blocklist, BlocklistOutcome } from '../../privacy/blocklist/blocklist.ts';
import type { NamedContact } from '../../privacy/contacts/contact.ts';
import type { RequestedChange, UpdateOutcome } from '../../privacy/outcome.ts';
import type { ReadOutcome } from '../../privacy/port.ts';
import type { Snapshot } from '../../privacy/settings.ts';
import type { UpdateTerms } from '../../privacy/policies/terms.ts';
import type { UpdatePreview } from '../../privacy/policies/preview.ts';
import type { Link } from '../../wire/link.ts';
import type {
  ExclusionChange,
  ExclusionField,
  ExclusionList,
  ExclusionsOutcome,
} from '../../privacy/lists/exclusions.ts';
import { Connected, type ConnectedOptions } from './connected.ts';
import { InstanceContacts } from './instance-contacts.ts';
import { Reads } from './reads.ts';
import { SettingsUpdates } from './settings-updates.ts';
import { Updates } from './updates.ts';
import { SettingsView, type ShownSettings, type ViewOptions } from './view.ts';
import { Watchfulness } from './watchfulness.ts';

/** So much of a call's time is kept for the answer's way back. */
const ANSWER_MS = 1_000;

export type InstancePrivacyOptions = ConnectedOptions & ViewOptions;

/** The privacy settings of one instance: what is known of them, fresh reads, and one update at a time. */
export class InstancePrivacy {
  readonly #connected: Connected;
  readonly #view: SettingsView;
  readonly #reads: Reads;
  readonly #watchfulness: Watchfulness;
  readonly #updates: SettingsUpdates;
  readonly #contacts: InstanceContacts;
  readonly #onChange: () => void;

  constructor(options: InstancePrivacyOptions) {
    const { clock } = options;
    const connected = new Connected(options);
    const view = new SettingsView(options, connected);
    const reads = new Reads(clock, connected, view);
    const watchfulness = new Watchfulness(clock, view, reads);
    this.#connected = connected;
    this.#view = view;
    this.#reads = reads;
    this.#watchfulness = watchfulness;
    const updates = new Updates({ clock, connected, view, watchfulness });
    this.#updates = new SettingsUpdates({ clock, connected, view, reads, updates });
    this.#contacts = new InstanceContacts({ clock, connected, updates });
    this.#onChange = options.onChange;
  }

  /** Earlier connections included, but not those of an account that is not linked any more. */
  get settings(): ShownSettings | undefined {
    return this.#view.settings;
  }

  /** Whether a call waits for the session to be OPEN. */
  get isWaitedFor(): boolean {
    return this.#connected.isWaitedFor;
  }

  /** The first read of a link. Only after it succeeded the instance is OPEN. */
  async opened(link: Link): Promise<ReadOutcome> {
    const read = await this.#reads.first(link);
    // The link may have ended in the same breath as its answer came.
    // guard: a link that ended with its first answer is not used
    if (this.#connected.hasEnded(link)) return read;
    if (read.kind === 'snapshot') {
      this.#connected.opened(link);
      this.#watchfulness.opened(link);
      this.#onChange();
    }
    return read;
  }

  /** Whether calls go over this link: it brought its first read, and is not over. */
  isOn(link: Link): boolean {
    return link === this.#connected.link;
  }

  /** The link takes no request any more. */
  closed(link: Link): void {
    this.#connected.closed(link);
    this.#watchfulness.closed();
  }

  /** Nobody need wait any longer: the session is not on its way to OPEN. */
  notConnecting(): void {
    this.#connected.notConnecting();
    this.#watchfulness.notConnecting();
  }

  /** What was observed before the service was started. */
  recall(snapshot: Snapshot): void {
    this.#view.recall(snapshot);
  }

  /** The account is not linked any more: what it showed is nobody's settings now. */
  forget(): void {
    this.#view.forget();
    this.#contacts.forget();
  }

  /** WhatsApp announced that something changed elsewhere. */
  announced(): void {
    this.#watchfulness.announced();
  }

  /**
   * A fresh read. Callers share one that was not sent yet, never one that is on its way.
   * @throws InstanceNotConnectedError; PrivetError TIMEOUT, WHATSAPP_ERROR, OVERLOADED
   */
  read(call: Call): Promise<Snapshot> {
    return this.#reads.read(answerable(call));
  }

  /**
   * A fresh read of the default disappearing timer, shared alike: its seconds, as text.
   * @throws as `read`
   */
  timer(call: Call): Promise<string> {
    return this.#reads.timer(answerable(call));
  }

  /**
   * Applies changes, one update at a time. Once it has written it runs to its end, whether or not the caller still
   * listens, or may still call.
   * @throws SettingsChangedError; InstanceNotConnectedError; PrivetError BAD_USER_INPUT, TIMEOUT, OVERLOADED; the signal's
   * reason: nothing was written.
   */
  update(changes: readonly RequestedChange[], call: Call, terms: UpdateTerms = {}): Promise<UpdateOutcome> {
    return this.#updates.update(changes, terms, answerable(call));
  }

  /**
   * What an update would do. Sends nothing while what is known is fresh, else one read that callers share.
   * @throws as `update`, and as `read`
   */
  plan(changes: readonly RequestedChange[], call: Call, terms: UpdateTerms = {}): Promise<UpdatePreview> {
    return this.#updates.plan(changes, terms, answerable(call));
  }

  /** The exclusion list of a field. @throws as `read` */
  exclusions(field: ExclusionField, call: Call): Promise<ExclusionList> {
    return this.#contacts.exclusions(field, answerable(call));
  }

  /** Changes the exclusion list of a field. @throws as `update`; PrivetError CONFLICT, WHATSAPP_ERROR: nothing was written */
  updateExclusions(field: ExclusionField, change: ExclusionChange, call: Call): Promise<ExclusionsOutcome> {
    return this.#contacts.updateExclusions(field, change, answerable(call));
  }

  /** Whom the account has blocked. @throws as `read` */
  blocked(call: Call): Promise<Blocklist> {
    return this.#contacts.blocked(answerable(call));
  }

  /** Blocks or unblocks contacts. @throws as `update`; PrivetError WHATSAPP_ERROR: nothing was written */
  changeBlocked(action: BlockAction, contacts: readonly NamedContact[], call: Call): Promise<BlocklistOutcome> {
    return this.#contacts.changeBlocked(action, contacts, answerable(call));
  }
}

/** The call, of whose time enough is kept to answer it. */
const answerable = ({ signal, deadline }: Call): Call => ({
  signal,
  deadline: { remaining: () => Math.max(0, deadline.remaining() - ANSWER_MS) },
});
