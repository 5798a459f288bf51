import { Store } from './api/store.ts';

/** Routes live behind the `#`: they never reach a server, and the service answers one page. */
export type Route =
  | { readonly page: 'instances' }
  | { readonly page: 'instance'; readonly name: string }
  /** Without a name: to be typed; with one: an instance that is there already. */
  | { readonly page: 'link'; readonly name: string | undefined }
  | { readonly page: 'tokens' }
  | { readonly page: 'unknown' };

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** No name is longer, nor an id: the service would take no call with one that is. */
const LONGEST_NAME = 200;

export function routeOf(hash: string): Route {
  const [page = '', name, ...rest] = hash.replace(/^#\/?/, '').split('/');
  if (rest.length > 0 || (name && decoded(name).length > LONGEST_NAME)) return { page: 'unknown' };
  if (page === '' && name === undefined) return { page: 'instances' };
  if (page === 'instances') return name ? { page: 'instance', name: decoded(name) } : { page: 'instances' };
  if (page === 'link') return { page: 'link', name: name ? decoded(name) : undefined };
  if (page === 'tokens' && name === undefined) return { page: 'tokens' };
  return { page: 'unknown' };
}

export const hrefs = {
  instances: '#/',
  instance: (name: string): string => `#/instances/${encodeURIComponent(name)}`,
  link: (name?: string): string => (name === undefined ? '#/link' : `#/link/${encodeURIComponent(name)}`),
  tokens: '#/tokens',
};

export const route = new Store<Route>(routeOf(location.hash));
addEventListener('hashchange', () => route.set(routeOf(location.hash)));
