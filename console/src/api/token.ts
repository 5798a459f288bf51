import { Store } from './store.ts';

/** Kept for the tab alone: another tab, and the browser started anew, ask for it again. */
const KEY = 'privet-token';

const IN_ADDRESS = /^#token=(.+)$/;

/** A link may sign in: its token leaves the address, and so the history, before anything else happens. */
const fromAddress = (): string | undefined => {
  const found = IN_ADDRESS.exec(location.hash)?.[1];
  if (found === undefined) return undefined;
  history.replaceState(null, '', `${location.pathname}#/`);
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
};

/** Why there is no token: for the form that asks for one. */
export type SignedOut = 'new' | 'left' | 'refused';

export type SignIn = { readonly token: string } | { readonly token: undefined; readonly why: SignedOut };

/** A header takes nothing else: to the page such a text would be a service that does not answer. */
const SENDABLE = /^[\x20-\x7e]+$/;

const signInBy = (token: string): SignIn => (SENDABLE.test(token) ? { token } : { token: undefined, why: 'refused' });

const stored = sessionStorage.getItem(KEY);
const first = fromAddress() ?? stored ?? undefined;

export const signIn = new Store<SignIn>(first === undefined ? { token: undefined, why: 'new' } : signInBy(first));

signIn.follow(({ token }) => {
  if (token === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
});
if (signIn.value.token !== undefined) sessionStorage.setItem(KEY, signIn.value.token);

// A link with a token that is opened in a tab where the console runs already.
addEventListener('hashchange', () => {
  const token = fromAddress();
  if (token !== undefined) signInWith(token);
});

export const signInWith = (token: string): void => signIn.set(signInBy(token));
export const signOut = (why: SignedOut): void => signIn.set({ token: undefined, why });

/** A store of what a page keeps in memory: another token, or none, begins anew. */
export function tokenStore<T>(first: () => T): Store<T> {
  const store = new Store(first());
  signIn.follow(() => store.set(first()));
  return store;
}
