import type { Guard } from './guard.ts';

/** How an update proves what it says. */
export const PRIVACY_GUARDS: readonly Guard[] = [
  {
    name: 'proof is read after the last write',
    file: 'src/privacy/update.ts',
    find: '      this.#proof = undefined;\n      this.#stanzas += 1;',
    replace: '      this.#stanzas += 1;',
  },
  {
    name: 'nothing is sent with under 5 s left',
    file: 'src/privacy/update.ts',
    find: 'remaining < LAST_SEND_MS ? undefined',
    replace: 'remaining <= 0 ? undefined',
  },
  {
    name: 'a request waits 10 s at most',
    file: 'src/privacy/update.ts',
    find: 'Math.min(REQUEST_TIMEOUT_MS, remaining)',
    replace: 'remaining',
  },
  {
    name: 'a read that never left is not counted',
    file: 'src/privacy/update.ts',
    find: "      if (reply.kind === 'unsent') this.#stanzas -= 1;\n      if (reply.kind === 'snapshot')",
    replace: "      if (reply.kind === 'snapshot')",
  },
  {
    name: 'nothing is written over an announced change',
    file: 'src/privacy/update.ts',
    find: '    if (item.announcements !== this.#port.announcements()) return false;\n',
    replace: '',
  },
  {
    name: 'nothing is written over an unknown value',
    file: 'src/privacy/update.ts',
    find: '    if (seen === undefined || seen === UNKNOWN_VALUE) return false;\n',
    replace: '',
  },
  {
    name: 'only what was acknowledged is written again',
    file: 'src/privacy/update.ts',
    find: "return item.reply?.kind === 'acknowledged' && this.#proof?.afterReplies === true;",
    replace: 'return true;',
  },
  {
    name: 'a write is repeated only after a read behind its reply',
    file: 'src/privacy/update.ts',
    find: "item.reply?.kind === 'acknowledged' && this.#proof?.afterReplies === true",
    replace: "item.reply?.kind === 'acknowledged'",
  },
  {
    name: 'a read that came before the replies is not the last word',
    file: 'src/privacy/update.ts',
    find: '    if (!this.#proof || this.#missing().some((item) => this.#mayStillShow(item))) {',
    replace: '    if (false) {',
  },
  {
    name: 'what no read shows does not hold',
    file: 'src/privacy/judge.ts',
    find: '  proof !== undefined && wireValue(proof.snapshot, item.spec) === item.wire;',
    replace: '  proof === undefined || wireValue(proof.snapshot, item.spec) === item.wire;',
  },
  {
    name: 'what was acknowledged but not shown does not hold',
    file: 'src/privacy/judge.ts',
    find: '  proof !== undefined && wireValue(proof.snapshot, item.spec) === item.wire;',
    replace:
      "  item.reply?.kind === 'acknowledged' || (proof !== undefined && wireValue(proof.snapshot, item.spec) === item.wire);",
  },
  {
    name: 'a refused write is not APPLIED',
    file: 'src/privacy/update.ts',
    find: " && reply.kind !== 'refused');",
    replace: ');',
  },
  {
    name: 'a mismatch is told by a read behind the reply',
    file: 'src/privacy/judge.ts',
    find: 'if (!known || (item.settled && !proof.afterReplies)) {',
    replace: 'if (!known) {',
  },
  {
    name: 'a category that the account lacks is never written',
    file: 'src/privacy/plan.ts',
    find: '    const supported = view.categories.has(spec.category);',
    replace: '    const supported = true;',
  },
  {
    name: 'what the view holds already is not written',
    file: 'src/privacy/plan.ts',
    find: "previous === wire ? 'hold' : 'write'",
    replace: "'write'",
  },
  {
    name: 'stanzas leave in the order of the table',
    file: 'src/privacy/plan.ts',
    find: '  return fieldSpecs.flatMap(',
    replace: '  return fieldSpecs.toReversed().flatMap(',
  },
  {
    name: 'the value "error" proves nothing',
    file: 'src/privacy/settings.ts',
    find: '  return value === UNKNOWN_VALUE ? undefined : value;',
    replace: '  return value;',
  },
  {
    name: 'a read without <privacy> proves nothing',
    file: 'src/privacy/stanzas.ts',
    find: '  if (!privacy) return undefined;',
    replace: '  if (!privacy) return new Map();',
  },
];
