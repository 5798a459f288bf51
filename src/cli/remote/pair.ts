import { InvalidArgumentError } from '@commander-js/extra-typings';
import { EXIT_CODES, ExitError } from '../exit-codes.ts';
import type { CommandIo, Terminal } from '../io.ts';
import { jsonLine, visible } from '../output.ts';
import { Canvas } from './canvas.ts';
import { interrupted } from './errors.ts';
import {
  CreateInstanceDocument,
  type InstanceState,
  PairingDocument,
  type PairingSubscription,
  PairInstanceDocument,
} from './gql/graphql.ts';
import { remoteCommand } from './options.ts';
import { pairingLines } from './pairing-lines.ts';
import { Session } from './session.ts';

type Pairing = NonNullable<PairingSubscription['instance']>;

/** From which it comes to be linked by itself; any other is the end of it. */
const UNDER_WAY: readonly InstanceState[] = ['PAIRING', 'CONNECTING', 'RECONNECTING'];
const SECOND_MS = 1_000;

/** Draws what to scan or type, and every second what is left of its time, until it is disposed. */
class PairingView implements Disposable {
  readonly #session: Session;
  readonly #terminal: Terminal;
  readonly #canvas: Canvas;
  #shown: Pairing | undefined;
  #next: Disposable | undefined;

  constructor(session: Session, terminal: Terminal) {
    this.#session = session;
    this.#terminal = terminal;
    this.#canvas = new Canvas(terminal);
  }

  show(pairing: Pairing): void {
    this.#shown = pairing;
    this.#tick();
  }

  #tick(): void {
    const { clock } = this.#session.client;
    this.#next?.[Symbol.dispose]();
    if (this.#shown) this.#canvas.draw(pairingLines(this.#shown, this.#terminal, clock.now()));
    this.#next = clock.after(SECOND_MS, () => this.#tick());
  }

  /** Takes the code away: nobody is to scan it from what is left on the screen. */
  [Symbol.dispose](): void {
    this.#next?.[Symbol.dispose]();
    this.#canvas.draw([]);
  }
}

/** Shows each change of the instance, until it is linked. @throws ExitError where it is not. */
const untilLinked = async (session: Session, name: string): Promise<Pairing> => {
  const { terminal } = session.io;
  using view = !session.asJson && terminal ? new PairingView(session, terminal) : undefined;
  for await (const { instance } of session.watch(PairingDocument, { name })) {
    if (session.asJson) session.io.say(jsonLine(instance));
    if (instance.state === 'OPEN') return instance;
    if (!UNDER_WAY.includes(instance.state)) {
      const why = instance.reason?.message ?? 'no reason is known';
      throw new ExitError(
        EXIT_CODES.failed,
        visible(`"${instance.name}" is not linked, but ${instance.state}: ${why}`),
      );
    }
    view?.show(instance);
  }
  if (session.client.signal.aborted)
    throw interrupted('Interrupted: what was shown still links a phone until it expires');
  throw new ExitError(EXIT_CODES.failed, 'The instance was deleted');
};

/** Without the sign a number of one country may be one of another, whose phone would be asked to link. */
const withCountryCode = (text: string): string => {
  if (text.trim().startsWith('+')) return text;
  throw new InvalidArgumentError('It must begin with + and the country code.');
};

export const pairInstance = (io: CommandIo) =>
  remoteCommand('pair')
    .description(
      `Links an instance to a phone, by a QR code or a code to type, and waits until it is linked.
On the phone: Settings, Linked devices, Link a device. The QR code is exchanged as it expires. Exit code 1 where nobody scanned or typed it in time.`,
    )
    .argument('<instance>', 'Its name or its id')
    .option(
      '--phone <number>',
      'The phone’s number, with + and country code: shows 8 characters to type there, and no QR code',
      withCountryCode,
    )
    .option('--create', 'Make the instance first, and print its token')
    .action(async (name, { phone = null, create = false, ...options }) => {
      const session = new Session(io, options);
      if (create) {
        const { createInstance: made } = await session.client.call(CreateInstanceDocument, { name });
        if (session.asJson) io.say(jsonLine(made));
        else io.say(`Instance ${visible(made.instance.name)}\nToken    ${visible(made.token)}`);
      }
      await session.client.call(PairInstanceDocument, { instance: name, phoneNumber: phone });
      const linked = await untilLinked(session, name);
      session.note(`"${linked.name}" is linked${linked.phoneNumber === null ? '' : ` to +${linked.phoneNumber}`}`);
    });
