import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { temporaryFolder } from '../storage.fixture.ts';
import { openStorage } from '../storage.ts';

/** A data folder with one instance, whose credentials and settings are "kept". */
export const filled = async (masterKey?: Uint8Array) => {
  const dataDir = join(temporaryFolder(), 'data');
  await using storage = await openStorage({ dataDir, masterKey });
  const { id: accountId } = await storage.accounts.create({ label: '' });
  const { id } = await storage.instances.insert({ accountId, name: 'x', wanted: 'stopped', state: 'UNPAIRED' });
  await storage.owned.change(id, { incarnation: 'x', epoch: undefined }, { credentials: 'kept', observed: 'kept' });
  return { dataDir, id, tokenKey: storage.tokenKey };
};
type Filled = Awaited<ReturnType<typeof filled>>;

/** Whether everything opens, or why not. */
export const opens = async ({ dataDir, id, tokenKey }: Filled, masterKey?: Uint8Array): Promise<string> => {
  try {
    await using storage = await openStorage({ dataDir, masterKey });
    const credentials = await storage.credentials.load(id);
    const settings = (await storage.observedSettings.load([id])).get(id);
    return credentials === 'kept' && settings === 'kept' && storage.tokenKey.equals(tokenKey) ? 'opens' : 'differs';
  } catch (error) {
    return error instanceof OperatorError ? 'refused' : String(error);
  }
};

export const keyIn = (path: string): Buffer => Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
