import { expect, test } from 'vitest';
import { InstanceDocument } from '../../../test/gql/graphql.ts';
import { askFor } from '../../../test/support/ask.ts';
import { onPostgres } from '../../../test/support/postgres.ts';
import { sharedPrivet } from '../../../test/support/shared-privet.ts';
import { inTerminal } from '../../../test/support/terminal.ts';

const privet = await sharedPrivet();
const env = { PRIVET_URL: privet.url, PRIVET_TOKEN: privet.token };

const qrOf = async (name: string): Promise<string> =>
  (await askFor(privet, InstanceDocument, { name })).instance?.pairing?.qr ?? 'none';

test('pair draws the QR code that the API gives, exchanges it, and ends once the phone has linked', async () => {
  const terminal = inTerminal(['pair', 'shop', '--create'], env);
  await terminal.shows(/^Instance shop\nToken {4}\S{60,}\n[^]*the next code comes in \d+ s/);
  const first = await qrOf('shop');
  expect(terminal.qr()).toEqual({ dark: first, light: first });

  await privet.graphql('mutation { pairInstance(instance: "shop") { state } }');
  await expect.poll(() => qrOf('shop')).not.toBe(first);
  const second = await qrOf('shop');
  await expect.poll(() => terminal.qr()).toEqual({ dark: second, light: second });

  const phoneNumber = await privet.simulator.scan(second);
  await terminal.shows(new RegExp(`"shop" is linked to \\+${phoneNumber}`));
  expect(await terminal.ended).toBe(0);
  // What linked it is not left on the screen.
  expect(terminal.text).not.toMatch(/[█▀▄]/);
});

test('a code that does not fit is not drawn torn, but once the window is large enough; Ctrl-C ends it', async () => {
  await privet.graphql('mutation { createInstance(name: "small") { token } }');
  const terminal = inTerminal(['instance', 'pair', 'small'], env, { columns: 44, rows: 24 });
  const [, columns = '', rows = ''] = await terminal.shows(
    /^The QR code needs (\d+) columns and (\d+) rows,\nand here are 44 and 24: enlarge the window,\n/,
  );
  terminal.resize(Number(columns), Number(rows));
  await terminal.shows(/the next code comes in \d+ s/);
  const text = await qrOf('small');
  expect(terminal.qr()).toEqual({ dark: text, light: text });
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  // Nothing of what was drawn is left, however it was broken into lines.
  await terminal.shows(/^(\^C)?Interrupted: what was shown still links a phone until it expires$/);
});

test('by phone number it shows 8 characters with the time that is left; what is not linked is told with its reason', async () => {
  await privet.graphql('mutation { createInstance(name: "coded") { token } }');
  const phoneNumber = '4915123456789';
  const terminal = inTerminal(['pair', 'coded', '--phone', `+${phoneNumber}`], env);
  const [, code = ''] = await terminal.shows(/Type on the phone: ([0-9A-Z]{8})\nIt works for \d+ s more/);
  await privet.simulator.enterCode(phoneNumber, code);
  expect(await terminal.ended).toBe(0);

  const again = inTerminal(['pair', 'coded'], env);
  expect(await again.ended).toBe(2);
  await privet.graphql('mutation { createInstance(name: "refused") { token } }');
  const match = { xmlns: 'md', type: 'set' };
  privet.simulator.addFault({ match, do: 'error', code: 429, times: 1 });
  const refused = inTerminal(['pair', 'refused', '--phone', '+49 151 23456700'], env);
  expect(await refused.ended).toBe(1);
  expect(refused.text).toMatch(/^"refused" is not linked, but UNPAIRED: .*429/m);
});

test('on a terminal it is a table; delete asks for the name, and takes no other', async () => {
  const list = inTerminal(['instance', 'list'], env, { columns: 200 });
  expect(await list.ended).toBe(0);
  expect(list.text).toMatch(
    onPostgres ? /^NAME +STATE +SINCE +NUMBER +WHY +NODE\n/ : /^NAME +STATE +SINCE +NUMBER +WHY\n/,
  );
  const json = inTerminal(['instance', 'list', '--json'], env, { columns: 2000 });
  expect(await json.ended).toBe(0);
  expect(json.text).toMatch(/^\{"id":"Instance:/);

  await privet.graphql('mutation { createInstance(name: "old") { token } }');
  for (const [answer, code, said] of [
    ['shop', 1, /That is not its name: nothing was deleted/],
    ['\u0004', 1, /That is not its name: nothing was deleted/],
    ['\u0003', 130, /Nothing was deleted/],
    ['old', 0, /^DELETED\nold$/m],
  ] as const) {
    const terminal = inTerminal(['instance', 'delete', 'old'], env);
    await terminal.shows(/Type its name to delete it: $/);
    terminal.type(answer.length > 1 ? `${answer}\n` : answer);
    expect([answer, await terminal.ended]).toEqual([answer, code]);
    await terminal.shows(said);
  }
});

test('watch shows each change until Ctrl-C', async () => {
  const { phoneNumber } = await privet.link('watched');
  const terminal = inTerminal(['privacy', 'watch', 'watched'], env);
  await terminal.shows(/^FIELD +VALUE\nlast-seen +all\n/);
  privet.simulator.setPrivacy(phoneNumber, 'last', 'none');
  await terminal.shows(/\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}last-seen {2}all → none$/);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(0);
});
