import {
  CreateInstanceDocument,
  InstanceDocument,
  PairInstanceDocument,
  type WholeInstanceFragment,
} from '../gql/graphql.ts';
import { askFor } from './ask.ts';
import type { TestPrivet } from './privet.ts';

let count = 0;

/** A name that no other test of the file has. */
export const freeName = (): string => `life-${++count}`;
export const freePhone = (): string => `4915200000${String(++count).padStart(3, '0')}`;

/** @returns its name. */
export async function create(privet: TestPrivet): Promise<string> {
  const name = freeName();
  await askFor(privet, CreateInstanceDocument, { name });
  return name;
}

export async function qrOf(privet: TestPrivet, instance: string): Promise<string> {
  const { pairInstance } = await askFor(privet, PairInstanceDocument, { instance });
  return pairInstance?.pairing?.qr ?? '';
}

export async function see(privet: TestPrivet, name: string): Promise<WholeInstanceFragment | null> {
  return (await askFor(privet, InstanceDocument, { name })).instance;
}

/** How many devices the phone lists. */
export const devices = ({ simulator }: TestPrivet, phoneNumber: string): number =>
  simulator.account(phoneNumber).linkedDevices;
