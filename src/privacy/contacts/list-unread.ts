import type { NoAnswer, Refusal } from '../../wire/reply.ts';

/** A read that brought no list. */
export class ListUnreadError extends Error {
  override readonly name = 'ListUnreadError';
  readonly reply: Refusal | NoAnswer;

  constructor(reply: Refusal | NoAnswer) {
    super('The list could not be read');
    this.reply = reply;
  }
}
