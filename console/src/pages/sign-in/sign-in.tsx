import { useEffect, useRef, useState } from 'preact/hooks';
import { useStore } from '../../api/store.ts';
import { signIn, signInWith } from '../../api/token.ts';
import { useTexts } from '../../texts/texts.ts';
import './sign-in.css';

export function SignIn() {
  const { signIn: texts } = useTexts();
  const now = useStore(signIn);
  const input = useRef<HTMLInputElement>(null);
  const [isMissing, setMissing] = useState(false);
  const wasRefused = now.token === undefined && now.why === 'refused';
  const wrong = isMissing ? texts.missing : wasRefused ? texts.refused : undefined;
  useEffect(() => {
    document.title = `${texts.title} · Privet`;
    input.current?.focus();
  }, [texts]);
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = input.current?.value.trim() ?? '';
    setMissing(token === '');
    if (token === '') input.current?.focus();
    else signInWith(token);
  };
  return (
    <main class="sign-in">
      <h1>Privet</h1>
      <p>{texts.lead}</p>
      <form class="card" onSubmit={submit} noValidate>
        <label for="token">{texts.token}</label>
        <input
          id="token"
          ref={input}
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={wrong !== undefined}
          aria-describedby="token-wrong token-hint"
        />
        <p id="token-wrong" class="wrong" role="alert">
          {wrong}
        </p>
        <p id="token-hint" class="hint">
          {texts.hint}
        </p>
        <button type="submit" class="main">
          {texts.submit}
        </button>
      </form>
    </main>
  );
}
