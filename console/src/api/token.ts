import { Store } from './store.ts';

/** Kept for the tab alone: another tab, and the browser started anew, ask for it again. */
const KEY = 'privet-token';

const IN_ADDRESS = /^#token=(.+)$/;

/** A link may sign in: its token leaves the address, and so what the tab goes back to, before anything else happens. */
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

/** A header takes nothing else, nor more: to the page such a text would be a service that does not answer. */
const SENDABLE = /^[\x20-\x7e]{1,4096}$/;

const signInBy = (token: string): SignIn => (SENDABLE.test(token) ? { token } : { token: undefined, why: 'refused' });

/** Undefined too where the browser keeps nothing for this page: then a token lasts until the page is loaded anew. */
const inTab = (): string | undefined => {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
};
const keepInTab = (token: string | undefined): void => {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // As above.
  }
};

const stored = inTab();
const linked = fromAddress();
const first = stored ?? linked;

export const signIn = new Store<SignIn>(first === undefined ? { token: undefined, why: 'new' } : signInBy(first));
/** Of a link that was opened where another token is signed in: anybody can make such a link, so the person is asked. */
export const offered = new Store<string | undefined>(linked === first ? undefined : linked);

signIn.follow(({ token }) => keepInTab(token));
keepInTab(signIn.value.token);

// A link with a token that is opened in a tab where the console runs already.
addEventListener('hashchange', () => {
  const token = fromAddress();
  if (token === undefined || token === signIn.value.token) return;
  if (signIn.value.token === undefined) signInWith(token);
  else offered.set(token);
});
// A browser may show a page again as it was left, though the tab was signed out since.
addEventListener('pageshow', ({ persisted }) => {
  const token = inTab();
  if (!persisted || token === signIn.value.token) return;
  if (token === undefined) signOut('left');
  else signInWith(token);
});

export const signInWith = (token: string): void => signIn.set(signInBy(token));
/** Where the token is of no use any more, a link that was opened here has the one to go on with. */
export function signOut(why: SignedOut): void {
  const other = offered.value;
  offered.set(undefined);
  if (why === 'refused' && other !== undefined) signInWith(other);
  else signIn.set({ token: undefined, why });
}

/** A store of what a page keeps in memory: another token, or none, begins anew. */
export function tokenStore<T>(first: () => T): Store<T> {
  const store = new Store(first());
  signIn.follow(() => store.set(first()));
  return store;
}
