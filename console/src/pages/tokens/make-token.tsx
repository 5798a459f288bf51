import { useId, useRef, useState } from 'preact/hooks';
import { useCall } from '../../api/use-call.ts';
import { useLiveQuery } from '../../api/use-live-query.ts';
import { useMay, useViewer } from '../../api/viewer.tsx';
import { CreateTokenDocument, InstanceNamesDocument, type TokenScope } from '../../gql/graphql.ts';
import { useTexts } from '../../texts/texts.ts';
import { CallProblem } from '../../ui/call-problem.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EndFields } from './end-fields.tsx';
import { type End, expiryOf } from './ends.ts';

interface MakeTokenProps {
  readonly onMade: (made: { readonly label: string; readonly token: string }) => void;
  readonly onClose: () => void;
}

const NONE = {};
/** What most programs need. */
const USUAL: readonly TokenScope[] = ['READ', 'WRITE'];

/** Asks what a new token is to be, and makes it. */
export function MakeToken({ onMade, onClose }: MakeTokenProps) {
  const { tokens: texts, scopes: scopeTexts, lifecycle } = useTexts();
  const { token: own } = useViewer();
  const mayRead = useMay('READ');
  const names = useLiveQuery(InstanceNamesDocument, mayRead ? NONE : undefined).data?.instances.nodes ?? [];
  const create = useCall(CreateTokenDocument);
  const [scopes, setScopes] = useState<readonly TokenScope[]>(own.scopes.filter((scope) => USUAL.includes(scope)));
  const [end, setEnd] = useState<End>('never');
  const [date, setDate] = useState('');
  const [wrong, setWrong] = useState<'scopes' | 'date'>();
  const label = useRef<HTMLInputElement>(null);
  const instance = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const isNotThere = create.problem?.code === 'NOT_FOUND';

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (create.isBusy) return;
    const expiresAt = expiryOf(end, date, own.expiresAt, Date.now());
    const missing = scopes.length === 0 ? 'scopes' : expiresAt === undefined ? 'date' : undefined;
    setWrong(missing);
    if (missing) return form.current?.querySelector<HTMLElement>(`[name="${missing}"]`)?.focus();
    const input = {
      label: label.current?.value.trim() ?? '',
      scopes: [...scopes],
      instance: instance.current?.value.trim() || null,
      expiresAt: expiresAt ?? null,
    };
    const made = (await create.run({ input }))?.createToken;
    if (made) onMade({ label: input.label, token: made.token });
  };
  const toggle = (scope: TokenScope): void =>
    setScopes(scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope]);

  return (
    <Dialog title={texts.make} onClose={onClose}>
      <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <label for={`${id}-label`}>{texts.label}</label>
        <input
          id={`${id}-label`}
          ref={label}
          maxLength={100}
          autocomplete="off"
          aria-describedby={`${id}-label-hint`}
        />
        <p id={`${id}-label-hint`} class="hint">
          {texts.labelHint}
        </p>
        <fieldset aria-describedby={`${id}-scopes-wrong`}>
          <legend>{texts.may}</legend>
          {own.scopes.map((scope) => (
            <label key={scope} class="check">
              <input
                type="checkbox"
                name="scopes"
                checked={scopes.includes(scope)}
                aria-describedby={wrong === 'scopes' ? `${id}-scopes-wrong` : undefined}
                onChange={() => toggle(scope)}
              />
              {scopeTexts[scope]}
            </label>
          ))}
        </fieldset>
        <p id={`${id}-scopes-wrong`} class="wrong" role="alert">
          {wrong === 'scopes' ? texts.scopesMissing : undefined}
        </p>
        <label for={`${id}-instance`}>{texts.instance}</label>
        <input
          id={`${id}-instance`}
          ref={instance}
          list={`${id}-names`}
          maxLength={100}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={isNotThere}
          aria-describedby={`${id}-instance-wrong ${id}-instance-hint`}
        />
        <datalist id={`${id}-names`}>
          {names.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <p id={`${id}-instance-wrong`} class="wrong" role="alert">
          {isNotThere ? texts.noInstance : undefined}
        </p>
        <p id={`${id}-instance-hint`} class="hint">
          {texts.instanceHint}
        </p>
        <EndFields end={end} date={date} isWrong={wrong === 'date'} onEnd={setEnd} onDate={setDate} />
        {!isNotThere && <CallProblem problem={create.problem} unsure={texts.unsure} />}
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            {lifecycle.cancel}
          </button>
          <button type="submit" class="main" aria-disabled={create.isBusy}>
            {create.isBusy ? lifecycle.busy : texts.submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
