import { bootPrivet, type LinkedInstance, type TestPrivet } from './privet.ts';

/** Those whose client WhatsApp calls outdated. */
export const REFUSED = ['one', 'two', 'three'];

interface Seen {
  readonly state: string;
  readonly reason: { readonly code: string; readonly retryAt: string | null } | null;
}

/** A service with three accounts that are refused as outdated, and a healthy one. */
export async function bootOutdated(): Promise<TestPrivet & { readonly healthy: LinkedInstance }> {
  const privet = await bootPrivet();
  const { simulator } = privet;
  const refused = await Promise.all(REFUSED.map((name) => privet.link(name)));
  const healthy = await privet.link('healthy');
  for (const { phoneNumber } of refused) simulator.addFault({ do: 'failure', code: 405, phoneNumber });
  await Promise.all(refused.map(({ phoneNumber }) => simulator.disconnect(phoneNumber, 'close')));
  for (const { name } of refused) await privet.waitForState(name, 'CLIENT_OUTDATED');
  return Object.assign(privet, { healthy });
}

/** How the healthy one stands now. */
export async function seeHealthy(privet: TestPrivet): Promise<Seen | undefined> {
  const query = '{ instance(name: "healthy") { state reason { code retryAt } } }';
  return (await privet.graphql<{ instance: Seen }>(query)).data?.instance;
}
