import { useId, useState } from 'preact/hooks';
import { replaceToken } from '../../api/replace-token.ts';
import { useCall } from '../../api/use-call.ts';
import { useViewer } from '../../api/viewer.tsx';
import { RevokeTokenDocument, RotateTokenDocument, type TokenFactsFragment } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { nameOf } from './token-text.tsx';

interface EndTokenProps {
  readonly token: TokenFactsFragment;
  readonly onClose: () => void;
}

/** For how long the old one may still work, in seconds. */
const OVERLAPS = [0, 3_600, 86_400, 604_800] as const;

/** Puts a new token in place of one. */
export function RotateToken({
  token,
  onClose,
  onRotated,
}: EndTokenProps & { readonly onRotated: (text: string) => void }) {
  const { rotate: texts, unsure } = useTexts().tokens;
  const call = useCall(RotateTokenDocument);
  const [overlap, setOverlap] = useState<number>(OVERLAPS[0]);
  const id = useId();
  const isOwn = useViewer().token.id === token.id;
  const rotate = async (): Promise<string | undefined> => {
    const made = (await call.run({ id: token.id, overlapSeconds: overlap }))?.rotateToken;
    if (made) onRotated(made.token);
    return made?.token;
  };
  const confirm = async (): Promise<void> => {
    if (isOwn) await replaceToken(rotate);
    else await rotate();
  };
  return (
    <ConfirmDialog
      title={texts.title(nameOf(token))}
      action={texts.confirm}
      isBusy={call.isBusy}
      problem={call.problem}
      unsure={unsure}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{texts.text}</p>
      {isOwn && <p>{texts.own}</p>}
      <label for={id}>{texts.overlap}</label>
      <select id={id} value={overlap} onChange={({ currentTarget }) => setOverlap(Number(currentTarget.value))}>
        {OVERLAPS.map((seconds) => (
          <option key={seconds} value={seconds}>
            {texts.overlaps[seconds]}
          </option>
        ))}
      </select>
    </ConfirmDialog>
  );
}

/** Ends a token. */
export function RevokeToken({ token, onClose, onRevoked }: EndTokenProps & { readonly onRevoked: () => void }) {
  const { revoke: texts, unsure } = useTexts().tokens;
  const call = useCall(RevokeTokenDocument);
  const isOwn = useViewer().token.id === token.id;
  const confirm = async (): Promise<void> => {
    if (await call.run({ id: token.id })) onRevoked();
  };
  return (
    <ConfirmDialog
      title={texts.title(nameOf(token))}
      action={texts.action}
      isBusy={call.isBusy}
      problem={call.problem}
      unsure={unsure}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{texts.text}</p>
      {isOwn && (
        <p>
          <strong>{texts.own}</strong>
        </p>
      )}
    </ConfirmDialog>
  );
}
