import type { InstanceState } from '../gql/graphql.ts';
import { useTexts } from '../texts/texts.ts';
import './state-badge.css';

/** What the colour says beside the word: it is well, it passes by itself, somebody has to do something, or it is at rest. */
const TONES: Readonly<Record<InstanceState, 'good' | 'busy' | 'bad' | 'rest'>> = {
  UNPAIRED: 'rest',
  PAIRING: 'busy',
  CONNECTING: 'busy',
  OPEN: 'good',
  RECONNECTING: 'busy',
  STOPPED: 'rest',
  LOGGED_OUT: 'bad',
  REPLACED: 'bad',
  BANNED: 'bad',
  CLIENT_OUTDATED: 'bad',
  PASSKEY_REQUIRED: 'bad',
};

export function StateBadge({ state }: { readonly state: InstanceState }) {
  const { states } = useTexts();
  return <span class={`badge badge-${TONES[state]}`}>{states[state]}</span>;
}
