import { ApolloProvider } from '@apollo/client/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, type Connection } from './client.ts';
import { Instances } from './Instances.tsx';
import { SignIn } from './ui/SignIn.tsx';

/** The token is kept in memory alone: a reload signs out. */
function App() {
  const [connection, setConnection] = useState<Connection>();
  if (!connection) return <SignIn onToken={(token) => setConnection(connect(token))} />;
  const signOut = (): void => {
    connection.close();
    setConnection(undefined);
  };
  return (
    <ApolloProvider client={connection.client}>
      <button type="button" onClick={signOut}>
        Sign out
      </button>
      <Instances />
    </ApolloProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
