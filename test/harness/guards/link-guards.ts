import type { Guard } from './guard.ts';

/** The view of one instance, its turns, and its one link. */
export const LINK_GUARDS: readonly Guard[] = [
  {
    name: 'an older read never overwrites a newer one',
    file: 'src/session/seen-settings.ts',
    find: '    if (before && before.sequence > snapshot.sequence) return false;\n',
    replace: '',
  },
  {
    name: 'only changes are published',
    file: 'src/session/seen-settings.ts',
    find: '!this.#changed || !sameSettings(this.#changed, snapshot);',
    replace: 'true;',
  },
  {
    name: 'a late answer is not newer than one to a later read',
    file: 'src/session/seen-settings.ts',
    find: 'before && before.sequence > sequence ? Math.min(now, before.observedAt) : now;',
    replace: 'now;',
  },
  {
    name: 'a shared read is no proof',
    file: 'src/session/instance-privacy.ts',
    find: 'read: (timeoutMs) => this.#readOn(this.#link, timeoutMs),',
    replace: 'read: () => this.#readShared(),',
  },
  {
    name: 'a reader joins no read that is on its way',
    file: 'src/session/shared-read.ts',
    find: '    this.#next ??= this.#current.then(() => {',
    replace: '    return this.#current;\n    this.#next ??= this.#current.then(() => {',
  },
  {
    name: 'an announcement during a read needs another read',
    file: 'src/session/instance-privacy.ts',
    find: 'this.#refresh.answered(mark);',
    replace: 'this.#refresh.answered(this.#refresh.mark());',
  },
  {
    name: 'an announcement during the first read reads again',
    file: 'src/session/refresh.ts',
    find: '    this.#watchLiveness(link);\n    void this.#run();\n',
    replace: '    this.#watchLiveness(link);\n',
  },
  {
    name: 'what WhatsApp refused to show is asked for again',
    file: 'src/session/refresh.ts',
    find: "if (kind === 'snapshot') return;",
    replace: "if (kind === 'snapshot' || kind === 'refused') return this.answered(this.#asked);",
  },
  {
    name: 'an idle link is probed',
    file: 'src/session/refresh.ts',
    find: '    this.#watchLiveness(link);\n    void',
    replace: '    void',
  },
  {
    name: 'an unanswered write ends the link',
    file: 'src/session/instance-privacy.ts',
    find: 'run.unanswered() ? writtenOn : []',
    replace: '[]',
  },
  {
    name: 'the next update waits until the last one is settled',
    file: 'src/session/instance-privacy.ts',
    find: '    void this.#settle(run, writtenOn).finally(() => turn.release());',
    replace: '    turn.release();\n    void this.#settle(run, writtenOn);',
  },
  {
    name: 'an ended link is not open to calls',
    file: 'src/session/attempt.ts',
    find: '    this.#options.events.onOver();\n',
    replace: '    void this.ended.then(() => this.#options.events.onOver());\n',
  },
  {
    name: 'what was written and not read is read again',
    file: 'src/session/instance-privacy.ts',
    find: '    if (answersAreLate || mayLand) this.#refresh.again();\n    if (mayLand) this.#readLater(LATE_READS_MS);\n',
    replace: '',
  },
  {
    name: 'a link that ended with its first answer is not used',
    file: 'src/session/instance-privacy.ts',
    find: ' && !this.#ended.has(link))',
    replace: ')',
  },
  {
    name: 'update turns',
    file: 'src/session/turns.ts',
    find: '    if (!this.#taken) {',
    replace: '    if (true) {',
  },
  {
    name: 'updates that wait are bounded',
    file: 'src/session/turns.ts',
    find: '    if (this.#waiting.length >= this.#mostWaiting) {',
    replace: '    if (false) {',
  },
  {
    name: 'frames wait for what they depend on',
    file: 'src/session/barrier.ts',
    find: '      await Promise.all([before, commit]);',
    replace: '      await before;',
  },
  {
    name: 'a failed commit ends the link',
    file: 'src/session/barrier.ts',
    find: '        this.#broken = true;\n        this.#onFailure(error);',
    replace: '        this.#broken = true;',
  },
  {
    name: 'only a result counts as one',
    file: 'src/session/requests.ts',
    find: "  if (stanza.attrs['type'] !== 'error') return { kind: 'odd' };",
    replace: "  if (stanza.attrs['type'] !== 'error') return { kind: 'result', stanza };",
  },
  {
    name: 'requests end with their link',
    file: 'src/session/requests.ts',
    find: "    for (const finish of this.#pending.values()) finish({ kind: 'lost' });\n",
    replace: '',
  },
];
