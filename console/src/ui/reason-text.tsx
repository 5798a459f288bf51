import type { StateReasonCode } from '../gql/graphql.ts';
import { useTexts } from '../texts/texts.ts';
import { Until } from './until.tsx';

interface Reason {
  readonly code: StateReasonCode;
  /** The service's own words, in English. */
  readonly message: string;
  readonly retryAt: string | null;
}

/** What to do stands in the message alone. */
const SAYS_MORE = new Set<StateReasonCode>(['PAIRING_REFUSED', 'PAIRING_UNANSWERED', 'UNKNOWN']);

/** Why an instance is where it is, what to do, and when it tries again by itself. */
export function ReasonText({ reason }: { readonly reason: Reason }) {
  const { reasons, instances } = useTexts();
  const { code, message, retryAt } = reason;
  const { title, todo } = reasons[code];
  return (
    <p class="reason">
      <span>{title}</span> {SAYS_MORE.has(code) && <span lang="en">{message} </span>}
      <span class="todo">{todo}</span>
      {retryAt !== null && (
        <span class="todo">
          {' '}
          {instances.nextTry} <Until at={retryAt} />.
        </span>
      )}
    </p>
  );
}
