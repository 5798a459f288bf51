import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { databaseOf, temporaryFolder } from '../../storage/storage.fixture.ts';
import { openStorage } from '../../storage/storage.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createTokenService } from './token-service.ts';

export const START = 1_800_000_000_000;

/** A token service over a storage of its own, with a clock that the test moves; disposed with the test. */
export const setUp = async (dataDir = temporaryFolder()) => {
  let passed = 0;
  const clock: Clock = { ...systemClock, now: () => START + passed, monotonic: () => passed };
  const storage = await openStorage({ ...(await databaseOf(dataDir)), clock });
  onTestFinished(() => storage[Symbol.asyncDispose]());
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const tokens = createTokenService({ storage, clock, logger });
  const authenticate = (text: string) => tokens.authenticate(text, clock.now());
  const pass = (ms: number) => void (passed += ms);
  return { dataDir, storage, tokens, clock, authenticate, pass, lines };
};

/** The same with an account, and an instance of it. */
export const withInstance = async () => {
  const context = await setUp();
  const account = await context.storage.accounts.create({ label: 'a' });
  const instance = await context.storage.instances.insert({
    accountId: account.id,
    name: 'shop',
    wanted: 'running',
    state: 'OPEN',
  });
  return { ...context, account, instance };
};
