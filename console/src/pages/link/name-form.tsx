import { useEffect, useRef, useState } from 'preact/hooks';
import { showOnce } from '../../api/shown-once.ts';
import { useCall } from '../../api/use-call.ts';
import { CreateInstanceDocument } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { CallProblem } from '../../ui/call-problem.tsx';
import { beginWith } from './begun.ts';

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/** Names a new instance, makes it, and goes on to its code. */
export function NameForm() {
  const { link } = useTexts();
  const create = useCall(CreateInstanceDocument);
  const input = useRef<HTMLInputElement>(null);
  const [tried, setTried] = useState<string>();
  const isTaken = create.problem?.code === 'CONFLICT';
  const isWrong = (tried !== undefined && !NAME.test(tried)) || create.problem?.code === 'BAD_USER_INPUT';
  const wrong = tried === '' ? link.nameMissing : isWrong ? link.nameWrong : isTaken ? link.nameTaken : undefined;

  useEffect(() => {
    // Behind the page, which gives the focus to its title: here there is one thing to do.
    const timer = setTimeout(() => input.current?.focus());
    return () => clearTimeout(timer);
  }, []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (create.isBusy) return;
    const name = input.current?.value.trim() ?? '';
    create.forget();
    setTried(name);
    const made = NAME.test(name) ? (await create.run({ name }))?.createInstance : undefined;
    if (!made) return input.current?.focus();
    showOnce({ place: hrefs.link(name), name, token: made.token });
    beginWith(name);
    location.hash = hrefs.link(name);
  };

  return (
    <form class="card link-form" onSubmit={(event) => void submit(event)} noValidate>
      <p id="instance-name-lead">{link.lead}</p>
      <label for="instance-name">{link.name}</label>
      <input
        id="instance-name"
        ref={input}
        maxLength={64}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-invalid={wrong !== undefined}
        aria-describedby="instance-name-wrong instance-name-lead instance-name-hint"
      />
      <p id="instance-name-wrong" class="wrong" role="alert">
        {wrong}
        {isTaken && tried !== undefined && (
          <>
            {' '}
            <a href={hrefs.link(tried)}>{link.toTaken(tried)}</a>
          </>
        )}
      </p>
      <p id="instance-name-hint" class="hint">
        {link.nameHint}
      </p>
      {wrong === undefined && (
        <CallProblem
          problem={create.problem}
          unsure={
            tried !== undefined && (
              <>
                {link.maybeMade(tried)} <a href={hrefs.link(tried)}>{link.toMaybe(tried)}</a>
              </>
            )
          }
        />
      )}
      <button type="submit" class="main" aria-disabled={create.isBusy}>
        {create.isBusy ? link.busy : link.submit}
      </button>
    </form>
  );
}
