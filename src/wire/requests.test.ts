import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { Requests } from './requests.ts';
import type { Stanza } from './stanza.ts';

describe('requests', () => {
  const stanza: Stanza = { tag: 'iq', attrs: { type: 'get' } };
  const reply = (attrs: Record<string, string>, content?: Stanza[]): Stanza => ({
    tag: 'iq',
    attrs: { id: '1', ...attrs },
    ...(content ? { content } : {}),
  });

  test.each([
    [reply({ type: 'result' }), 'result'],
    [reply({ type: 'error' }, [{ tag: 'error', attrs: { code: '403', text: 'forbidden' } }]), 'refused'],
    [reply({ type: 'error' }), 'refused'],
    [reply({ type: 'get' }), 'odd'],
    [reply({}), 'odd'],
  ])('%j is %s', async (answer, kind) => {
    const requests = new Requests(new VirtualClock(), () => Promise.resolve());
    const pending = requests.send('1', stanza, 1_000);
    requests.deliver(answer);
    expect((await pending).kind).toBe(kind);
  });

  test('replies are matched by id, in any order; others are nobody’s', async () => {
    const clock = new VirtualClock();
    const requests = new Requests(clock, () => Promise.resolve());
    const [a, b] = [requests.send('a', stanza, 1_000), requests.send('b', stanza, 1_000)];
    requests.deliver(reply({ id: 'x', type: 'result' }));
    requests.deliver({ tag: 'message', attrs: { id: 'a' } });
    requests.deliver(reply({ id: 'b', type: 'result' }));
    requests.deliver(reply({ id: 'a', type: 'error' }));
    expect([(await a).kind, (await b).kind]).toEqual(['refused', 'result']);
    expect(clock.pending).toBe(0);
  });

  test('silence ends with the time-out', async () => {
    const clock = new VirtualClock();
    const pending = new Requests(clock, () => Promise.resolve()).send('1', stanza, 1_000);
    await clock.advance(1_000);
    expect(await pending).toEqual({ kind: 'timed_out' });
  });

  test('all end with the link, and nothing is sent after it', async () => {
    let sends = 0;
    const requests = new Requests(new VirtualClock(), () => Promise.resolve(void (sends += 1)));
    const pending = requests.send('1', stanza, 1_000);
    requests.end();
    expect(await pending).toEqual({ kind: 'lost' });
    expect(await requests.send('2', stanza, 1_000)).toEqual({ kind: 'unsent' });
    expect(sends).toBe(1);
  });

  test('a send that fails may have left in part', async () => {
    const requests = new Requests(new VirtualClock(), () => Promise.reject(new Error('EPIPE')));
    expect(await requests.send('1', stanza, 1_000)).toEqual({ kind: 'lost' });
  });
});
