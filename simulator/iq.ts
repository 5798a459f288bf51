import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Account, Accounts, Device } from './accounts.ts';
import { announce, blocklistChange, privacyChange } from './announce.ts';
import { type BlocklistContext, planBlocklistRead, planBlocklistWrite } from './blocklist.ts';
import { countKeys, digestKeys, describeMissingKeys, rotateKey, uploadKeys } from './keys.ts';
import type { Link } from './link.ts';
import { child, children, deviceRemoved, isServer, node, Refusal, SERVER } from './nodes.ts';
import type { PrivacyContext } from './exclusions.ts';
import { planRead, planWrite } from './privacy.ts';
import { kindOf } from './stanza-kind.ts';
import { readTimer } from './timer.ts';
import { planUsync } from './usync.ts';

export interface IqContext {
  readonly account: Account;
  readonly device: Device;
  readonly link: Link;
  readonly accounts: Accounts;
}

/** What an IQ comes to: its work, which returns the content of the reply, and what follows once that is sent. */
export interface Plan {
  readonly work: () => BinaryNode[] | undefined;
  readonly after?: () => void;
}

type Handler = (iq: BinaryNode, context: IqContext) => Plan;

const nothing = (): undefined => undefined;

const privacyOf = ({ account, accounts }: IqContext): PrivacyContext => ({
  privacy: account.privacy,
  owner: account,
  people: accounts,
});

const blocklistOf = ({ account, accounts }: IqContext): BlocklistContext => ({
  blocklist: account.blocklist,
  owner: account,
  people: accounts,
});

/** Work of one device of which the account's others are told. */
function telling({ account, device }: IqContext, work: Plan['work'], change: () => BinaryNode): Plan {
  return {
    work: () => {
      const content = work();
      announce(account, change(), device);
      return content;
    },
  };
}

/**
 * By `xmlns` and `type`. A handler checks its stanza at once and throws `Refusal`; the returned plan throws one only for what
 * may change until it is carried out.
 */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'w:p get': () => ({ work: nothing }),
  'w:stats set': () => ({ work: nothing }),

  'privacy get': (iq, context) => ({ work: planRead(iq, privacyOf(context)) }),
  'privacy set': (iq, context) => {
    if (child(iq, 'tokens')) return { work: nothing };
    const { category = '', value } = kindOf(iq);
    return telling(context, planWrite(iq, privacyOf(context)), () => privacyChange(category, value));
  },

  'blocklist get': (iq, context) => ({ work: planBlocklistRead(iq, blocklistOf(context)) }),
  'blocklist set': (iq, context) =>
    telling(context, planBlocklistWrite(iq, blocklistOf(context)), () => blocklistChange),

  'disappearing_mode set': (iq, context) => {
    const seconds = readTimer(iq);
    const { timer } = context.account;
    return telling(
      context,
      () => {
        timer.set(seconds);
        return undefined;
      },
      () => timer.node,
    );
  },

  'encrypt get': (iq, { device }) => {
    if (child(iq, 'count')) return { work: () => countKeys(device) };
    if (child(iq, 'digest')) return { work: () => digestKeys(device) };
    if (child(iq, 'key')) return { work: () => describeMissingKeys(iq) };
    throw new Refusal(400, 'unknown request about keys');
  },
  'encrypt set': (iq, { device }) => ({ work: child(iq, 'rotate') ? rotateKey(iq, device) : uploadKeys(iq, device) }),

  'passive set': (iq, context) => {
    if (child(iq, 'passive')) return { work: () => void (context.device.active = false) };
    if (!child(iq, 'active')) throw new Refusal(400, 'neither active nor passive');
    return { work: nothing, after: () => becomeActive(context) };
  },

  'abt get': (iq) => {
    if (!child(iq, 'props')) throw new Refusal(400, 'no props');
    const props = node('props', { protocol: '1', ab_key: 'sim', hash: 'sim', refresh: '86400' }, [
      node('prop', { config_code: '10518', config_value: 'true' }),
    ]);
    return { work: () => [props] };
  },
  'usync get': (iq, { accounts }) => ({ work: planUsync(iq, accounts) }),
  'urn:xmpp:whatsapp:dirty set': (iq, { device }) => {
    const types = children(iq).map(({ attrs }) => attrs['type']);
    return {
      work: () => {
        if (types.includes('account_sync')) device.dirtySince = undefined;
        return undefined;
      },
    };
  },

  'md set': (iq, { account, device, link }) => {
    const jid = child(iq, 'remove-companion-device')?.attrs['jid'];
    if (jid !== account.deviceJid(device.id)) throw new Refusal(400, 'a device may only unlink itself');
    return {
      work: () => void account.devices.delete(device.id),
      after: () => link.finish(deviceRemoved()),
    };
  },
};

/** Checks an IQ and returns what it comes to. Throws `Refusal` with the code to answer. */
export function planIq(iq: BinaryNode, context: IqContext): Plan {
  const { xmlns, type, to } = iq.attrs;
  if (xmlns === undefined || !isServer(to)) throw new Refusal(400, 'an IQ without xmlns, or not to the server');
  const handler = HANDLERS[`${xmlns} ${type}`];
  if (!handler) throw new Refusal(501, `nothing answers ${xmlns} ${type}`);
  return handler(iq, context);
}

/** The device is ready for what happened while it was away. */
function becomeActive({ device, link }: IqContext): void {
  if (device.active) return;
  device.active = true;
  const counts = { count: '0', message: '0', notification: '0', receipt: '0', appdata: '0' };
  link.send(node('ib', { from: SERVER }, [node('offline_preview', counts)]));
  if (device.dirtySince !== undefined) {
    const dirty = node('dirty', { type: 'account_sync', timestamp: device.dirtySince });
    link.send(node('ib', { from: SERVER }, [dirty]));
  }
  link.send(node('ib', { from: SERVER }, [node('offline', { count: '0' })]));
}
