import { route } from '../router.ts';
import { Store, useStore } from './store.ts';
import { signIn } from './token.ts';

/** A token that was made just now, and where it is shown. */
interface ShownOnce {
  /** The address of the page that shows it: behind the `#`. */
  readonly place: string;
  readonly token: string;
  /** What it is for. */
  readonly name: string;
}

const kept = new Store<ShownOnce | undefined>(undefined);

// It can not be read again, so it stays whatever the page does, until the person goes to another one or signs out.
route.follow(() => {
  if (kept.value?.place !== location.hash) kept.set(undefined);
});
// Whoever signs in with another one may be somebody else; the page may go on with the one that it shows.
signIn.follow(({ token }) => {
  if (kept.value?.token !== token) kept.set(undefined);
});

export const showOnce = (shown: ShownOnce): void => kept.set(shown);

/** What is to be shown at that address. */
export function useShownOnce(place: string): ShownOnce | undefined {
  const shown = useStore(kept);
  return shown?.place === place ? shown : undefined;
}
