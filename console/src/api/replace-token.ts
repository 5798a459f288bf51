import { signIn, signOut } from './token.ts';

let isReplacing = false;
let wasRefused = false;

/** The service does not take that token any more. One that was replaced meanwhile says nothing about the new one. */
export function refused(token: string): void {
  if (signIn.value.token !== token) return;
  if (isReplacing) wasRefused = true;
  else signOut('refused');
}

/**
 * Goes on with another token in place of the one that is signed in. The old one may be refused before `work`, which ends it,
 * has answered with the new one: that signs nobody out.
 */
export async function replaceToken(work: () => Promise<string | undefined>): Promise<void> {
  isReplacing = true;
  wasRefused = false;
  try {
    const token = await work();
    if (token !== undefined) signIn.set({ token });
    else if (wasRefused) signOut('refused');
  } finally {
    isReplacing = false;
  }
}
