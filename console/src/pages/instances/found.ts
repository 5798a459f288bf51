import type { InstanceState } from '../../gql/graphql.ts';
import { type ListedInstance, PAGE_ROWS } from './instance-list.ts';

/** What somebody looks for. It stays while they look at one of the instances. */
export interface Search {
  readonly text: string;
  readonly state: InstanceState | undefined;
  /** From 0. */
  readonly page: number;
}

/** In the name; or in the number, however it is written. */
export function isFound({ name, phoneNumber, state }: ListedInstance, { text, state: wanted }: Search): boolean {
  if (wanted !== undefined && state !== wanted) return false;
  const words = text.trim().toLowerCase();
  if (name.toLowerCase().includes(words)) return true;
  const isNumber = /^[\d\s+().-]+$/.test(words);
  const digits = words.replaceAll(/\D/g, '');
  return isNumber && digits !== '' && (phoneNumber ?? '').includes(digits);
}

export interface Part<T> {
  readonly rows: readonly T[];
  /** As people count: from 1; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  readonly page: number;
  readonly pages: number;
}

/** A page of all that was found: the last one where there are no longer so many. */
export function partOf<T>(found: readonly T[], wanted: number): Part<T> {
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  const from = page * PAGE_ROWS;
  const rows = found.slice(from, from + PAGE_ROWS);
  return { rows, first: rows.length === 0 ? 0 : from + 1, last: from + rows.length, page, pages };
}
