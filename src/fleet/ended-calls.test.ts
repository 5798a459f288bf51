import { expect } from 'vitest';
import { sqliteOnly } from '../../test/support/postgres.ts';
import { deadlineIn } from '../clock.ts';
import type { OpenLink } from '../wire/link.ts';
import { call, deafLink, linked } from './fleet.fixture.ts';

sqliteOnly('a clock that the test moves; no server follows it')(
  'a call that ended on its way to the session asks WhatsApp nothing',
  async () => {
    let asked = 0;
    const noting: OpenLink = (options) => {
      const link = deafLink(options);
      return { ...link, request: (...request) => ((asked += 1), link.request(...request)) };
    };
    const { clock, fleet, reach } = await linked(noting);
    await fleet.lifecycle.start(reach, 'shop', call);
    await clock.advance(1_000);
    const before = asked;
    const ended = { signal: AbortSignal.abort(new Error('ended')), deadline: deadlineIn(clock, 30_000) };
    await expect(fleet.privacy.read(reach, 'shop', ended)).rejects.toThrow('ended');
    const changes = [{ field: 'LAST_SEEN', wire: 'none' }] as const;
    await expect(fleet.privacy.update(reach, 'shop', changes, ended)).rejects.toThrow('ended');
    await clock.advance(1_000);
    expect([before, asked]).toEqual([1, 1]);
    await fleet[Symbol.asyncDispose]();
  },
);
