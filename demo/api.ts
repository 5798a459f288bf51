import { createClient } from 'graphql-sse';

/** What the demo reads of an instance. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** While it waits for a phone: what to scan, or to type on it. */
  readonly pairing: { readonly qr: string | null; readonly code: string | null } | null;
}

/** One event of the stream: an instance as it is now, or the id of one that was deleted. */
export interface Change {
  readonly instance: Instance | null;
  readonly deleted: string | null;
}

/** Privet's public API, as any client has it. */
export interface Api {
  /** @throws where there is an error in the answer. */
  graphql(query: string): Promise<Record<string, unknown>>;
  /** Every instance as it is, and then each change, until `signal` aborts. */
  changes(): AsyncIterable<Change>;
}

export function connectApi(url: string, token: string, signal: AbortSignal): Api {
  const headers = { authorization: `Bearer ${token}` };
  const endpoint = `${url}/graphql`;
  return {
    async graphql(query) {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
        signal,
      });
      const { data, errors } = (await answer.json()) as { data?: Record<string, unknown>; errors?: unknown };
      if (!data || errors) throw new Error(`the service answered ${JSON.stringify(errors)}`);
      return data;
    },
    async *changes() {
      const client = createClient({ url: endpoint, headers, retryAttempts: Infinity });
      const stop = (): void => client.dispose();
      signal.addEventListener('abort', stop);
      try {
        const query = 'subscription { instanceChanges { instance { id name state pairing { qr code } } deleted } }';
        for await (const { data, errors } of client.iterate<{ instanceChanges: Change }>({ query })) {
          if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
          if (data) yield data.instanceChanges;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        client.dispose();
      }
    },
  };
}
