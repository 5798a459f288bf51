import { expect, onTestFinished, test } from 'vitest';
import { databaseOf } from '../../storage/storage.fixture.ts';
import { onPostgres } from '../../../test/support/postgres.ts';
import { bootPrivet } from '../../../test/support/privet.ts';
import { openStorage } from '../../storage/storage.ts';
import { commandLine } from '../cli.fixture.ts';

test('a login that WhatsApp ended by mistake comes back beside the running service, without a new QR', async () => {
  const privet = await bootPrivet();
  onTestFinished(() => privet[Symbol.asyncDispose]());
  const cli = commandLine({ PRIVET_DATA: privet.dataDir });
  const { phoneNumber } = await privet.link('shop');
  const linkedNow = await cli.run('instance', 'restore', 'shop');
  expect(linkedNow).toEqual({ code: 1, out: '', err: 'The instance has credentials; unlink it first' });
  const { data } = await privet.graphql('{ instance(name: "shop") { id } }');
  const id = (data as { instance: { id: string } }).instance.id.replace('Instance:', '');
  const lines = (await cli.run('instance', 'list')).out.split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^ID +NAME +WANTED/),
    expect.stringMatching(new RegExp(`^${id} +shop +running +yes +\\S+ \\S+ +-${onPostgres ? ' +\\S+' : ''}$`)),
  ]);

  await privet.simulator.disconnect(phoneNumber, 'stream:401');
  await privet.waitForState('shop', 'LOGGED_OUT');
  const start = () => privet.graphql('mutation { startInstance(instance: "shop") { state } }');
  expect((await start()).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect((await cli.run('instance', 'list')).out).toMatch(
    /^\S+ +shop +stopped +no +\S+ \S+ +\d{4}-\d\d-\d\d \d\d:\d\d(?: +\S+)?$/m,
  );

  const restored = await cli.run('instance', 'restore', id);
  const said =
    'The login of instance "shop" is back: start it, with "privet instance start" or the mutation startInstance';
  expect(restored).toEqual({ code: 0, out: said, err: '' });
  expect((await start()).errors).toBeUndefined();
  await privet.waitForState('shop', 'OPEN');
  expect(privet.simulator.account(phoneNumber).linkedDevices).toBe(1);
});

test('what can not be restored is said in one line', async () => {
  const cli = commandLine();
  await cli.run('account', 'create');
  {
    await using storage = await openStorage(await databaseOf(cli.dataDir));
    const [account] = await storage.accounts.list();
    const accountId = account?.id ?? '';
    await storage.instances.insert({ accountId, name: 'idle', wanted: 'stopped', state: 'UNPAIRED' });
    await storage.instances.insert({ accountId, name: 'pairing', wanted: 'running', state: 'UNPAIRED' });
  }
  const refusal = async (name: string) => (await cli.run('instance', 'restore', name)).err;
  expect(await refusal('none')).toBe('The account has no instance "none"; see "privet instance list"');
  expect(await refusal('idle')).toBe('Nothing is kept of an earlier login of instance "idle"');
  expect(await refusal('pairing')).toMatch(/^Instance "pairing" may be pairing now: stop it first/);
  expect((await cli.run('instance', 'restore')).err).toBe(
    `Missing required argument 'name'; see "privet instance restore --help"`,
  );
});
