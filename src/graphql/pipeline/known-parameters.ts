import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Turns } from './turns.ts';

type OnParamsPayload = Parameters<NonNullable<Plugin['onParams']>>[0];

const KNOWN = ['query', 'variables', 'operationName', 'extensions'] as const;
const isKnown = (name: string): boolean => (KNOWN as readonly string[]).includes(name);

/**
 * Takes from a request what GraphQL over HTTP knows, and leaves the rest: graphql-sse's and graphql-ws' links for Apollo
 * send all that Apollo keeps of an operation, and Yoga refuses a parameter that it does not know.
 */
function leaveUnknown({ params, setParams }: OnParamsPayload): void {
  // Without a query Yoga refuses the request, and names what stands there instead: it may be a slip of the pen.
  if (params?.query === undefined || Object.keys(params).every(isKnown)) return;
  const known: GraphQLParams = {};
  for (const name of KNOWN) if (params[name] !== undefined) Object.assign(known, { [name]: params[name] });
  setParams(known);
}

/** Takes the known ones, and then waits for the operation's turn. */
export const useKnownParameters = (turns: Turns): Plugin => ({
  onParams(payload) {
    leaveUnknown(payload);
    return turns.take();
  },
});
