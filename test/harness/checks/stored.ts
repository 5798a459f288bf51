import type { World } from '../world.ts';

/** Every stored record opens, and holds what was last committed. */
export async function checkStored({ trace, storage, slots }: World): Promise<void> {
  for (const account of await storage.accounts.list()) {
    for (const record of await storage.instances.list(account.id, { first: 100 })) {
      trace.expect(!record.damaged, 'every record opens', () => `the phone number of ${record.name}`);
      const slot = slots.get(record.name);
      const stored = await storage.credentials.load(record.id);
      const text = (): string => `${record.name} has ${stored}, committed: ${slot?.stored}`;
      trace.expect(stored === slot?.stored || slot?.isUncertain === true, 'credentials are what was committed', text);
      await storage.signalKeys.get(record.id, 'session', ['whatsapp']);
    }
  }
}
