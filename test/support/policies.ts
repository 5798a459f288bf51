import { expect } from 'vitest';
import type { StanzaFault } from '../../simulator/faults.ts';
import type { TestPrivet } from './privet.ts';
import { UPDATE, type Payload, type Shop } from './updating.ts';

export const setOf = (category: string) => ({ xmlns: 'privacy', type: 'set', category });
export const READ = { xmlns: 'privacy', type: 'get' };
export const THREE = { visibility: { lastSeen: 'NONE', status: 'NONE', profile: 'NONE' } };
export const OLD = { last: 'all', status: 'all', profile: 'all' };

/** The first write of this category goes through, and this happens to the second one. */
export function onSecondSet(
  shop: Shop,
  category: string,
  fault: Pick<StanzaFault & { do: 'error' | 'close' | 'silence' }, 'do' | 'code'>,
): void {
  shop.addFault({ match: setOf(category), do: 'delay', ms: 0, times: 1 });
  shop.addFault({ ...fault, match: setOf(category), times: 1 });
}

/** The error of an update that is made for nothing. */
export async function refusalOf(privet: TestPrivet, shop: Shop, input: object) {
  const { data, errors } = await privet.graphql(UPDATE, { instance: shop.name, input });
  expect(data).toMatchObject({ updatePrivacy: null });
  return errors?.[0];
}

export const back = ({ outcomes }: Payload): unknown[] => outcomes.map(({ field, rolledBack }) => [field, rolledBack]);
