import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'proof is read after the last write',
    file: 'src/privacy/update.ts',
    find: '      this.#proof = undefined;\n      this.#stanzas += 1;',
    replace: '      this.#stanzas += 1;',
  },
];
