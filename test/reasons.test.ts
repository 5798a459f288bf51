import { readFile } from 'node:fs/promises';
import { isEnumType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { behindTheBack } from '../src/storage/storage.fixture.ts';
import { ALL_ERROR_CODES } from '../src/graphql/error-codes.ts';
import { schema } from '../src/graphql/schema/schema.ts';
import { partsOfReason, reasonNames, REASONS } from '../src/instance/reasons.ts';
import { sqliteOnly } from './support/postgres.ts';
import { bootPrivet, type LinkedInstance, type TestPrivet } from './support/privet.ts';

const enumValues = (name: string) => {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues() : [];
};

test('docs and schema have each reason, with what it means and what to do', async () => {
  const document = await readFile('docs/reasons.md', 'utf8');
  const rows = [...document.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\| (.+?) +\|$/gm)].map(([, ...cells]) => cells);
  const expected = reasonNames.map((name) => [name.toUpperCase(), REASONS[name].meaning, REASONS[name].advice]);
  expect(rows.filter(([name = '']) => expected.some(([code]) => code === name))).toEqual(expected);

  const values = enumValues('StateReasonCode');
  expect(values.map(({ name }) => name)).toEqual(expected.map(([name]) => name));
  for (const { name, description } of values) {
    const { meaning, advice } = REASONS[partsOfReason(name.toLowerCase()).name];
    expect(description?.toLowerCase()).toBe(`${meaning}. What to do: ${advice}.`.toLowerCase());
  }
});

test('the schema has each code of an error', () => {
  expect(enumValues('ErrorCode').map(({ name }) => name)).toEqual(Object.keys(ALL_ERROR_CODES));
});

const REASON = '{ instance(name: "shop") { state reason { code status message retryAt } } }';

let privet: TestPrivet;
let shop: LinkedInstance;
beforeAll(async () => {
  privet = await bootPrivet();
  shop = await privet.link('shop');
});
afterAll(() => privet[Symbol.asyncDispose]());

test.for(['privacy(instance: "shop") { id }', 'node(id: "%") { id }'])(
  'a call that finds no connection is told where the instance stands: %s',
  async (call) => {
    const { data } = await privet.graphql<{ instance: { id: string } }>('{ instance(name: "shop") { id } }');
    const query = `{ ${call.replace('%', data?.instance.id.replace('Instance:', 'PrivacySettings:') ?? '')} }`;
    await privet.graphql('mutation { stopInstance(instance: "shop") { name } }');
    expect((await privet.graphql(query)).errors).toMatchObject([
      {
        extensions: {
          code: 'INSTANCE_NOT_CONNECTED',
          state: 'STOPPED',
          reason: { code: 'STOPPED_BY_USER', status: null, message: 'Stopped' },
          retryAt: null,
        },
      },
    ]);
  },
);

test('and when it will be connected again, where that is known', async () => {
  await privet.graphql('mutation { startInstance(instance: "shop") { name } }');
  await privet.waitForState('shop', 'OPEN');
  await privet.simulator.disconnect(shop.phoneNumber, 'failure:402');
  const { reason } = await privet.waitForState('shop', 'BANNED');
  const { errors } = await privet.graphql('{ privacy(instance: "shop") { id } }');
  expect(errors).toMatchObject([
    { extensions: { state: 'BANNED', reason: { code: 'TEMPORARY_BAN' }, retryAt: reason?.retryAt } },
  ]);
  expect(reason?.retryAt).toMatch(/^\d{4}-.*Z$/);
});

test.for([
  ['login_failure_503', 'LOGIN_FAILURE', 503],
  ['stream_error', 'STREAM_ERROR', null],
  ['locked', 'LOCKED', null],
  ['of_another_version', 'UNKNOWN', null],
  ['constructor', 'UNKNOWN', null],
] as const)('what was stored as %s is %s', async ([stored, code, status]) => {
  await privet.graphql('mutation { stopInstance(instance: "shop") { name } }');
  await behindTheBack(
    privet.dataDir,
    `update instances set reason_code = '${stored}', reason_message = 'as it was said'`,
  );
  await privet.restart();
  expect((await privet.graphql(REASON)).data).toEqual({
    instance: { state: 'STOPPED', reason: { code, status, message: 'as it was said', retryAt: null } },
  });
});

sqliteOnly('a node takes back what nobody has')(
  'what another process of the service has taken is not touched any more: its link ends, and commands are told so',
  async () => {
    await privet.graphql('mutation { startInstance(instance: "shop") { name } }');
    await privet.waitForState('shop', 'OPEN');
    await behindTheBack(
      privet.dataDir,
      "update instances set epoch = epoch + 1, owner_incarnation = 'another process'",
    );
    for (const command of ['stopInstance', 'startInstance']) {
      const { errors } = await privet.graphql(`mutation { ${command}(instance: "shop") { name } }`);
      const extensions = { code: 'INSTANCE_NOT_CONNECTED', state: 'STOPPED', reason: { code: 'TAKEN_OVER' } };
      expect(errors, command).toMatchObject([{ extensions }]);
    }
    await expect.poll(() => privet.simulator.account(shop.phoneNumber).connected).toBe(false);
    expect((await privet.graphql(REASON)).data).toMatchObject({
      instance: { state: 'STOPPED', reason: { code: 'TAKEN_OVER', retryAt: null } },
    });
    // The next start of the service takes it back, and nothing of what this one was told is stored.
    await privet.restart();
    await privet.waitForState('shop', 'OPEN');
  },
);
