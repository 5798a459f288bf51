import { expect, test } from 'vitest';
import { judgeClose } from './close-reasons.ts';
import type { CloseEvidence } from '../../wire/link.ts';

const NOW = 1_700_000_000_000;

const stream = (code?: number, conflict?: string): CloseEvidence => ({
  kind: 'stream_error',
  code,
  child: conflict === undefined ? undefined : 'conflict',
  conflict,
});
const failure = (reason: number, expiresInS?: number): CloseEvidence => ({ kind: 'failure', reason, expiresInS });

const ROWS: [evidence: CloseEvidence, state: string, code: string, action: object][] = [
  [stream(515), 'RECONNECTING', 'restart_required', { kind: 'restart' }],
  [stream(503), 'RECONNECTING', 'stream_error_503', { kind: 'retry' }],
  [stream(500), 'RECONNECTING', 'stream_error_500', { kind: 'retry' }],
  [stream(), 'RECONNECTING', 'stream_error', { kind: 'retry' }],
  [stream(516), 'LOGGED_OUT', 'logged_out', { kind: 'logged_out' }],
  [stream(401), 'LOGGED_OUT', 'logged_out', { kind: 'logged_out' }],
  [stream(401, 'device_removed'), 'LOGGED_OUT', 'device_removed', { kind: 'logged_out' }],
  [stream(undefined, 'device_removed'), 'LOGGED_OUT', 'device_removed', { kind: 'logged_out' }],
  [stream(undefined, 'replaced'), 'REPLACED', 'replaced', { kind: 'replaced' }],
  [stream(440, 'replaced'), 'REPLACED', 'replaced', { kind: 'replaced' }],
  [failure(401), 'LOGGED_OUT', 'logged_out', { kind: 'logged_out' }],
  [failure(402, 60), 'BANNED', 'temporary_ban', { kind: 'retry_at', at: NOW + 60_000 }],
  [failure(402), 'BANNED', 'temporary_ban', { kind: 'retry_at', at: NOW + 3_600_000 }],
  [failure(402, 60.0005), 'BANNED', 'temporary_ban', { kind: 'retry_at', at: NOW + 60_001 }],
  [failure(402, 9e15), 'BANNED', 'temporary_ban', { kind: 'retry_at', at: NOW + 365 * 86_400_000 }],
  [failure(403), 'BANNED', 'locked', { kind: 'halt' }],
  [failure(405), 'CLIENT_OUTDATED', 'client_outdated', { kind: 'retry_at', at: NOW + 300_000 }],
  [failure(406), 'BANNED', 'banned', { kind: 'halt' }],
  [failure(409), 'RECONNECTING', 'login_failure_409', { kind: 'retry' }],
  [failure(500), 'RECONNECTING', 'login_failure_500', { kind: 'retry' }],
  [failure(503), 'RECONNECTING', 'login_failure_503', { kind: 'retry' }],
  [{ kind: 'stream_end' }, 'RECONNECTING', 'stream_ended', { kind: 'retry' }],
  [{ kind: 'closed', phase: 'open' }, 'RECONNECTING', 'connection_closed', { kind: 'retry' }],
  [{ kind: 'closed', phase: 'hello' }, 'RECONNECTING', 'unreachable', { kind: 'retry' }],
  [{ kind: 'upgrade_refused', status: 503 }, 'RECONNECTING', 'upgrade_refused', { kind: 'retry' }],
  [{ kind: 'handshake_failed' }, 'RECONNECTING', 'handshake_failed', { kind: 'retry' }],
  [{ kind: 'watchdog', phase: 'login' }, 'RECONNECTING', 'connect_timed_out', { kind: 'retry' }],
  [{ kind: 'silent' }, 'RECONNECTING', 'connection_lost', { kind: 'retry' }],
  [{ kind: 'first_read_failed', reply: { kind: 'odd' } }, 'RECONNECTING', 'first_read_failed', { kind: 'retry' }],
  [{ kind: 'crashed', error: new Error('x') }, 'RECONNECTING', 'unreadable_frame', { kind: 'retry' }],
  [
    { kind: 'crashed', error: Object.assign(new RangeError('x'), { code: 'ERR_BUFFER_TOO_LARGE' }) },
    'RECONNECTING',
    'frame_too_large',
    { kind: 'retry' },
  ],
  [{ kind: 'frame_too_large' }, 'RECONNECTING', 'frame_too_large', { kind: 'retry' }],
  [{ kind: 'compression_forced' }, 'RECONNECTING', 'compression_forced', { kind: 'retry' }],
  [{ kind: 'recycled' }, 'RECONNECTING', 'write_unanswered', { kind: 'restart' }],
  [{ kind: 'pairing_expired' }, 'UNPAIRED', 'pairing_expired', { kind: 'halt' }],
  [{ kind: 'pairing_unproven' }, 'UNPAIRED', 'pairing_unproven', { kind: 'halt' }],
  [
    { kind: 'pairing_refused', reply: { kind: 'refused', code: 429, text: '' } },
    'UNPAIRED',
    'pairing_refused',
    { kind: 'halt' },
  ],
  [{ kind: 'pairing_refused', reply: { kind: 'timed_out' } }, 'UNPAIRED', 'pairing_unanswered', { kind: 'halt' }],
  [{ kind: 'passkey_required' }, 'PASSKEY_REQUIRED', 'passkey_required', { kind: 'halt' }],
  [{ kind: 'storage_failed', error: new Error('x') }, 'RECONNECTING', 'storage_failed', { kind: 'retry' }],
  [{ kind: 'stopped' }, 'STOPPED', 'stopped_by_user', { kind: 'halt' }],
];

test.each(ROWS)('%j → %s, %s', (evidence, state, code, action) => {
  const verdict = judgeClose(evidence, NOW);
  expect({ state: verdict.state, code: verdict.reason.code, action: verdict.action }).toEqual({ state, code, action });
  expect(verdict.reason.message).not.toBe('');
});

test('credentials are set aside by a confirmed logout alone', () => {
  const loggedOut = ROWS.filter(([evidence]) => judgeClose(evidence, NOW).action.kind === 'logged_out');
  expect(loggedOut.map(([evidence]) => evidence)).toEqual([
    stream(516),
    stream(401),
    stream(401, 'device_removed'),
    stream(undefined, 'device_removed'),
    failure(401),
  ]);
});
