import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/**
 * Loaded ahead of the service, this takes out of it what keeps a node from writing what is another one's: `lease`, that it
 * looks whether its own lease still holds, and `fence`, that the database looks who has the instance. `idle` makes it
 * write: of each instance something twice a second, and it tells what came of that.
 */
const CUTS: Readonly<Record<string, { readonly file: string; readonly from: string; readonly to: string }>> = {
  lease: {
    file: 'src/nodes/lease.ts',
    from: 'return this.#sent !== undefined && this.#isWithin(this.#sent);',
    to: 'return this.#sent !== undefined;',
  },
  fence: {
    file: 'src/storage/owned.ts',
    from: '.where(isOfEpoch)\n    .where(isOfRun)',
    to: '',
  },
  idle: {
    file: 'src/instance/life.ts',
    from: 'this.#epoch = options.epoch;',
    to: `this.#epoch = options.epoch;
    const write = () => this.change({ patch: { stateSince: Date.now() } });
    const tell = (error) => process.stdout.write('not written: ' + error.code + '\\n');
    setInterval(() => void write().catch(tell), 500).unref();`,
  },
};

const ROOT = new URL('../../../', import.meta.url).href;

for (const name of (process.env['WITHOUT'] ?? '').split(',')) {
  const cut = CUTS[name];
  if (!cut) throw new RangeError(`There is no cut named ${name}`);
  const url = ROOT + cut.file;
  const source = readFileSync(new URL(url), 'utf8');
  if (!source.includes(cut.from)) throw new RangeError(`${cut.file} does not have what is to be taken out`);
  registerHooks({
    load(address, context, nextLoad) {
      const loaded = nextLoad(address, context);
      return address === url ? { ...loaded, source: source.replace(cut.from, cut.to) } : loaded;
    },
  });
}
