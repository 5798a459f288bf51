import type { Stanza } from '../stanza.ts';

const COPIED = ['id', 'participant', 'recipient', 'type'] as const;

/** The `<ack>` of a notification. Baileys' own reads the device's address, which an unpaired device does not have. */
export function acknowledgementOf({ tag, attrs }: Stanza): Stanza {
  const ack: Record<string, string> = { class: tag };
  if (attrs['from'] !== undefined) ack['to'] = attrs['from'];
  for (const name of COPIED) {
    const value = attrs[name];
    if (value !== undefined) ack[name] = value;
  }
  return { tag: 'ack', attrs: ack };
}
