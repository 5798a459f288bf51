import { expect, test } from 'vitest';
import { behindTheBack } from '../src/storage/storage.fixture.ts';
import { CreateInstanceDocument, InstanceDocument, PairInstanceDocument } from './gql/graphql.ts';
import { askFor } from './support/ask.ts';
import { sharedPrivet } from './support/shared-privet.ts';

let count = 0;

const privet = await sharedPrivet();

const FORGED = ['forge-hmac', 'forge-signature'] as const;

interface Shown {
  readonly name: string;
  readonly phoneNumber: string;
  readonly by: 'qr' | 'code';
}

async function create(by: Shown['by']): Promise<Shown> {
  count += 1;
  const name = `refused-${count}`;
  await askFor(privet, CreateInstanceDocument, { name });
  return { name, phoneNumber: `4915200400${String(count).padStart(3, '0')}`, by };
}

/** A phone takes what is shown; resolves once the companion counts as linked. */
async function take({ name, phoneNumber, by }: Shown): Promise<unknown> {
  const variables = { instance: name, ...(by === 'code' ? { phoneNumber } : {}) };
  const { qr, code } = (await askFor(privet, PairInstanceDocument, variables)).pairInstance?.pairing ?? {};
  return by === 'qr'
    ? privet.simulator.scan(qr ?? '', phoneNumber)
    : privet.simulator.enterCode(phoneNumber, code ?? '');
}

async function storedCredentials(name: string): Promise<number> {
  const sql = `select i.id from credentials c join instances i on i.id = c.instance_id where i.name = '${name}'`;
  return (await behindTheBack(privet.dataDir, sql)).length;
}

test.each(FORGED.flatMap((forged) => (['qr', 'code'] as const).map((by) => ({ forged, by }))))(
  'a pairing by $by with $forged links nothing and says why, to the user and to the server',
  async ({ forged, by }) => {
    const shown = await create(by);
    privet.simulator.addFault({ do: forged, phoneNumber: shown.phoneNumber, times: 1 });
    await expect(take(shown)).rejects.toMatchObject({
      status: 409,
      message: 'the companion refused: 401 not-authorized',
    });
    const { reason } = await privet.waitForState(shown.name, 'UNPAIRED');
    expect(reason).toMatchObject({ code: 'PAIRING_UNPROVEN', message: expect.stringMatching(/pair again/i) });
    const { instance } = await askFor(privet, InstanceDocument, { name: shown.name });
    expect(instance).toMatchObject({ phoneNumber: null, pairing: null });
    expect(await storedCredentials(shown.name)).toBe(0);
    expect(privet.simulator.account(shown.phoneNumber).linkedDevices).toBe(0);

    await take(shown);
    await privet.waitForState(shown.name, 'OPEN');
    expect(await storedCredentials(shown.name)).toBe(1);
  },
);

test('a companion that refused one pairing signs none that comes right behind it: it would store no login', async () => {
  const shown = await create('qr');
  const { phoneNumber } = shown;
  privet.simulator.addFault({ do: 'forge-hmac', phoneNumber });
  const again = privet.simulator.addFault({ do: 'link-again', phoneNumber });
  await expect(take(shown)).rejects.toMatchObject({ status: 409 });
  expect((await privet.waitForState(shown.name, 'UNPAIRED')).reason).toMatchObject({ code: 'PAIRING_UNPROVEN' });
  expect([again.hits, await storedCredentials(shown.name)]).toEqual([1, 0]);
  expect(privet.simulator.account(phoneNumber).linkedDevices).toBe(0);
});
