import { tokenStore } from '../../api/token.ts';
import type { Search } from './found.ts';

const EVERYTHING: Search = { text: '', state: undefined, page: 0 };
export const search = tokenStore<Search>(() => EVERYTHING);

/** Where something is typed or chosen, the first page shows. */
export const searchFor = (change: Partial<Omit<Search, 'page'>>): void =>
  search.set({ ...search.value, ...change, page: 0 });
