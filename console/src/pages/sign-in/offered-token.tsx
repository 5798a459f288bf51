import { useStore } from '../../api/store.ts';
import { offered, signInWith } from '../../api/token.ts';
import { useTexts } from '../../texts/texts.ts';
import { Dialog } from '../../ui/dialog.tsx';

/** Asks before a link signs in with another token: a phone that is linked then is in the hands of whoever made it. */
export function OfferedToken() {
  const { signIn: texts } = useTexts();
  const token = useStore(offered);
  if (token === undefined) return null;
  const stay = (): void => offered.set(undefined);
  const change = (): void => {
    stay();
    signInWith(token);
  };
  return (
    <Dialog title={texts.otherTitle} onClose={stay}>
      <p>{texts.other}</p>
      <div class="dialog-buttons">
        <button type="button" class="main" autofocus onClick={stay}>
          {texts.stay}
        </button>
        <button type="button" onClick={change}>
          {texts.change}
        </button>
      </div>
    </Dialog>
  );
}
