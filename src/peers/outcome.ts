import { deserialize, serialize } from 'node:v8';
import { InstanceNotConnectedError, PrivetError, RetryLaterError } from '../errors.ts';
import { PeerError } from './peers.ts';

/** A class of errors that crosses from node to node. Its own fields are all that makes one: no private ones. */
export interface CrossingClass {
  readonly name: string;
  readonly prototype: PrivetError;
}

/** How a call ended at the other node, as a number on the way: the status of an answer is it. */
export const OUTCOME = { value: 200, end: 204, moved: 421, refused: 422, failed: 500 } as const;

const OWN_CLASSES: readonly CrossingClass[] = [PrivetError, RetryLaterError, InstanceNotConnectedError];

/** What an error is on the way to the node that asked. */
export interface Crossing {
  readonly status: number;
  readonly payload: Buffer;
}

interface CrossingError {
  readonly class: string;
  readonly message: string;
  readonly fields: object;
}

/** Undefined where something of it can not leave the process. */
function tryToSerialize(error: CrossingError): Buffer | undefined {
  try {
    return serialize(error);
  } catch {
    return undefined;
  }
}

/** Turns the errors of a call into bytes at one node, and into the same errors at the other. */
export class ErrorCodec {
  readonly #classes: ReadonlyMap<string, CrossingClass>;

  constructor(classes: readonly CrossingClass[] = []) {
    this.#classes = new Map([...OWN_CLASSES, ...classes].map((known) => [known.name, known]));
  }

  /** Undefined for what the other node must not see: it is told only that something failed. */
  encode(error: unknown): Crossing | undefined {
    if (error instanceof PeerError && error.fault === 'moved') {
      return { status: OUTCOME.moved, payload: serialize(error.message) };
    }
    if (!(error instanceof PrivetError)) return undefined;
    const { name, code, message } = error;
    // A class's fields are enumerable; what caused it stays here, and so does its stack.
    const whole = { class: this.#nearest(error), message, fields: Object.fromEntries(Object.entries(error)) };
    const payload = tryToSerialize(whole) ?? serialize({ class: PrivetError.name, message, fields: { name, code } });
    return { status: OUTCOME.refused, payload };
  }

  /** The error that came with that status. */
  decode(status: number, payload: Buffer): Error {
    if (status === OUTCOME.moved) return new PeerError('moved', String(deserialize(payload)));
    if (status !== OUTCOME.refused) return new Error('The other node failed; its log says why');
    const crossing: CrossingError = deserialize(payload);
    const error = new Error(crossing.message);
    Object.setPrototypeOf(error, (this.#classes.get(crossing.class) ?? PrivetError).prototype);
    return Object.assign(error, crossing.fields);
  }

  /** A class that nobody registered crosses as the one that it extends. */
  #nearest(error: PrivetError): string {
    let prototype: unknown = Object.getPrototypeOf(error);
    while (typeof prototype === 'object' && prototype !== null) {
      const name = prototype.constructor.name;
      if (this.#classes.get(name)?.prototype === prototype) return name;
      prototype = Object.getPrototypeOf(prototype);
    }
    return PrivetError.name;
  }
}
