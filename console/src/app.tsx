import { Provider } from '@urql/preact';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiProvider, createApi } from './api/api.ts';
import { refused } from './api/replace-token.ts';
import { useStore } from './api/store.ts';
import { signIn } from './api/token.ts';
import { ViewerProvider } from './api/viewer.tsx';
import { SignIn } from './pages/sign-in/sign-in.tsx';
import { Pages } from './pages/pages.tsx';
import { OfferedToken } from './pages/sign-in/offered-token.tsx';
import { Shell } from './ui/shell.tsx';
import { Unbroken } from './ui/broken.tsx';

export function App() {
  const { token } = useStore(signIn);
  const api = useMemo(() => (token === undefined ? undefined : createApi(token, () => refused(token))), [token]);
  useEffect(() => () => api?.close(), [api]);
  if (api === undefined) return <SignIn />;
  return (
    <ApiProvider key={api.id} value={api}>
      <Provider value={api.client}>
        <OfferedToken />
        <ViewerProvider>
          <Shell>
            <Unbroken>
              <Pages />
            </Unbroken>
          </Shell>
        </ViewerProvider>
      </Provider>
    </ApiProvider>
  );
}
