import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Device } from './accounts.ts';
import { child, childBytes, children, node, Refusal } from './nodes.ts';
import { isSignedBy } from './registration.ts';

const KEY_TYPE = Buffer.from([5]);

export const countKeys = (device: Device): BinaryNode[] => [node('count', { value: String(device.preKeys) })];

export function digestKeys(device: Device): BinaryNode[] {
  const { registrationId, identityKey } = device;
  return [
    node('digest', {}, [
      node('registration', {}, registrationId),
      node('type', {}, KEY_TYPE),
      node('identity', {}, identityKey),
      signedPreKeyNode(device),
    ]),
  ];
}

/** Checks an upload of pre-keys; the returned work counts them. */
export function uploadKeys(iq: BinaryNode, device: Device): () => undefined {
  const keys = children(child(iq, 'list'));
  const isComplete =
    childBytes(iq, 'registration')?.length === 4 &&
    childBytes(iq, 'type')?.equals(KEY_TYPE) === true &&
    childBytes(iq, 'identity')?.equals(device.identityKey) === true &&
    keys.length > 0 &&
    keys.every((key) => childBytes(key, 'id')?.length === 3 && childBytes(key, 'value')?.length === 32);
  if (!isComplete) throw new Refusal(400, 'an incomplete upload of keys, or of another identity');
  const signedPreKey = readSignedPreKey(child(iq, 'skey'), device);
  return () => {
    device.preKeys += keys.length;
    device.signedPreKey = signedPreKey;
  };
}

export function rotateKey(iq: BinaryNode, device: Device): () => undefined {
  const signedPreKey = readSignedPreKey(child(child(iq, 'rotate'), 'skey'), device);
  return () => {
    device.signedPreKey = signedPreKey;
  };
}

/** Nobody here has keys to write to: every user that is asked about is refused by itself, as an unknown one. */
export function describeMissingKeys(iq: BinaryNode): BinaryNode[] {
  const error = node('error', { code: '404', text: 'item-not-found' });
  const users = children(child(iq, 'key')).map(({ attrs }) => node('user', { jid: attrs['jid'] ?? '' }, [error]));
  return [node('list', {}, users)];
}

function readSignedPreKey(skey: BinaryNode | undefined, device: Device): Device['signedPreKey'] {
  const [id, value, signature] = [childBytes(skey, 'id'), childBytes(skey, 'value'), childBytes(skey, 'signature')];
  if (id?.length !== 3 || value?.length !== 32 || !signature) throw new Refusal(400, 'no signed pre-key');
  const key = { id, value, signature };
  // An upload repeats the key of the registration: its signature need not be checked twice.
  const isKnown = device.signedPreKey.value.equals(value) && device.signedPreKey.signature.equals(signature);
  if (!isKnown && !isSignedBy(device.identityKey, key)) throw new Refusal(406, 'a wrong signature');
  return key;
}

function signedPreKeyNode({ signedPreKey: { id, value, signature } }: Device): BinaryNode {
  return node('skey', {}, [node('id', {}, id), node('value', {}, value), node('signature', {}, signature)]);
}
