import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Account, Device } from './accounts.ts';
import { node, unixSeconds } from './nodes.ts';

/**
 * Tells each device of a change made elsewhere, on the phone or by the device that is left out here: at once, or by the dirty
 * bit when it comes back.
 */
export function announce(account: Account, content: BinaryNode, except?: Device): void {
  for (const device of account.devices.values()) {
    if (device === except) continue;
    const { link } = device;
    if (!link || link.ended || !device.active) {
      device.dirtySince = unixSeconds();
      continue;
    }
    const attrs = { from: account.jid, type: 'account_sync', id: link.nextId(), t: unixSeconds() };
    link.send(node('notification', attrs, [content]));
  }
}

/** What a notification says of one category. */
export const privacyChange = (category: string, value: string | undefined): BinaryNode =>
  node('privacy', {}, value === undefined ? [] : [node('category', { name: category, value })]);

/** Somebody was blocked or unblocked: who, it does not say. */
export const blocklistChange: BinaryNode = node('blocklist', { action: 'modify' });
