interface Props {
  onToken(token: string): void;
}

export function SignIn({ onToken }: Props) {
  const signIn = (form: FormData): void => {
    const token = form.get('token');
    if (typeof token === 'string' && token.trim() !== '') onToken(token.trim());
  };
  return (
    <form action={signIn}>
      <h1>Sign in</h1>
      <label>
        Token <input name="token" type="password" autoComplete="off" required />
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
}
