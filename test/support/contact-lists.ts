import type { LoggedStanza, Simulator } from '../../simulator/simulator.ts';
import type { TestPrivet } from './privet.ts';

/** Accounts by what WhatsApp addresses their contacts by. */
export const KINDS = ['LID', 'phone number'] as const;
export type AccountKind = (typeof KINDS)[number];

export type Person = ReturnType<Simulator['createContacts']>[number];

/** So many people on WhatsApp whom nothing knows yet. */
export const people = <N extends 1 | 2 | 3>(simulator: Simulator, count: N) =>
  simulator.createContacts(count) as N extends 1 ? [Person] : N extends 2 ? [Person, Person] : [Person, Person, Person];

export const written = ({ phoneNumber }: Person): string => `+${phoneNumber}`;

/** A contact as an answer shows it: accounts without a LID are told numbers alone. */
export const shown = (kind: AccountKind, { phoneNumber, lid }: Person) => ({
  phoneNumber,
  lid: kind === 'LID' ? `${lid}@lid` : null,
});

export interface ListAccount {
  readonly kind: AccountKind;
  readonly name: string;
  readonly phoneNumber: string;
  readonly token: string;
}

let count = 0;

/** A linked instance whose account has the categories of the lists, unless it says otherwise. */
export async function linkAccount(
  privet: TestPrivet,
  kind: AccountKind,
  privacy?: Readonly<Record<string, string>>,
): Promise<ListAccount> {
  count += 1;
  const phoneNumber = `49157400${String(count).padStart(5, '0')}`;
  privet.simulator.createAccount(phoneNumber, {
    preKeys: 812,
    lid: kind === 'LID',
    ...(privacy && { privacy: { ...privacy } }),
  });
  const { token } = await privet.link(`lists-${count}`, phoneNumber);
  return { kind, name: `lists-${count}`, phoneNumber, token };
}

/** What stanzas about lists an account has sent, from the `from`th on: `usync 3`, `get last`, `set last 2`, `block`. */
export function sentLists({ simulator }: TestPrivet, { phoneNumber }: ListAccount, from = 0): string[] {
  return simulator
    .account(phoneNumber)
    .stanzas.slice(from)
    .flatMap((stanza) => labelOf(stanza) ?? []);
}

function labelOf({ list, type, category, members, node }: LoggedStanza): string | undefined {
  switch (list) {
    case 'people':
      return `usync ${members}`;
    case 'exclusions':
      return type === 'set' ? `set ${category} ${members}` : `get ${category}`;
    case 'blocklist':
      return type === 'set' ? actionIn(node) : 'get blocked';
    default:
      return undefined;
  }
}

function actionIn({ content }: LoggedStanza['node']): string {
  const [item] = Array.isArray(content) ? content : [];
  return item?.attrs['action'] ?? '';
}
