import type { TestPrivet } from '../../support/privet.ts';

/** Accounts of a business, one in each state that a person meets. */
export interface Scene {
  /** OPEN, and with settings that differ from a new account's. */
  readonly main: string;
  readonly loggedOut: string;
  /** All names and labels that a page may show. */
  readonly names: readonly string[];
  /** Of the whole account, and with a label. */
  readonly token: string;
}

const MAIN = 'bakery-berlin';
const CONTACTS = ['4915123456780', '4915123456781', '4915123456782'];

const OPEN: readonly { name: string; phoneNumber: string; settings: Readonly<Record<string, string>> }[] = [
  { name: 'atelier-lisboa', phoneNumber: '351912345601', settings: { last: 'none', online: 'match_last_seen' } },
  { name: MAIN, phoneNumber: '4915123456702', settings: { last: 'contacts', profile: 'contacts', calladd: 'known' } },
  { name: 'cafe-do-porto', phoneNumber: '5511912345603', settings: { readreceipts: 'none', groupadd: 'contacts' } },
];

export async function setScene(privet: TestPrivet): Promise<Scene> {
  const { simulator, graphql } = privet;
  simulator.createContacts(CONTACTS);
  for (const { name, phoneNumber, settings } of OPEN) {
    await privet.link(name, phoneNumber);
    for (const [category, value] of Object.entries(settings)) simulator.setPrivacy(phoneNumber, category, value);
  }
  const phoneNumber = OPEN.find(({ name }) => name === MAIN)?.phoneNumber ?? '';
  simulator.setExclusions(phoneNumber, 'status', { add: CONTACTS.slice(0, 2) });
  simulator.setBlocked(phoneNumber, { block: CONTACTS.slice(1) });

  const away = await privet.link('delivery', '4915123456704');
  simulator.addFault({ do: 'failure', code: 503, phoneNumber: away.phoneNumber });
  await simulator.disconnect(away.phoneNumber, 'close');
  const banned = await privet.link('loja-centro', '5511912345605');
  await simulator.disconnect(banned.phoneNumber, 'failure:403');
  const gone = await privet.link('old-shop', '4915123456706');
  await simulator.disconnect(gone.phoneNumber, 'device_removed');
  await privet.link('pop-up-store', '4915123456707');
  await graphql('mutation { stopInstance(instance: "pop-up-store") { state } }');
  await graphql('mutation { createInstance(name: "new-branch") { token } }');
  await graphql('mutation { createToken(input: { label: "Dashboard", scopes: [READ] }) { token } }');
  const { data } = await graphql<{ createToken: { token: string } }>(
    'mutation { createToken(input: { label: "Front office" }) { token } }',
  );
  await privet.waitForState('delivery', 'RECONNECTING');
  await privet.waitForState('loja-centro', 'BANNED');
  await privet.waitForState('old-shop', 'LOGGED_OUT');
  const all = await graphql<{ instances: { nodes: { name: string }[] } }>('{ instances { nodes { name } } }');
  const names = ['Dashboard', 'Front office', ...(all.data?.instances.nodes ?? []).map(({ name }) => name)];
  return { main: MAIN, names, loggedOut: 'old-shop', token: data?.createToken.token ?? '' };
}
