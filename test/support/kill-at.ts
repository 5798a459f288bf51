/**
 * Loaded into a service by `--import`: once armed by SIGUSR2, the process kills itself, as kill -9 does, at exactly the
 * step of a pairing that KILL_AT names. Nobody outside could hit the moment between a commit and the frame behind it.
 */
import { StatementSync } from 'node:sqlite';
import { WebSocket } from 'ws';
import type { KillStep } from './kill-steps.ts';

const at = process.env['KILL_AT'];
const seen = { armed: false, credentials: 0, restarted: false, sends: 0, keys: false };

function reached(step: KillStep): void {
  if (seen.armed && step === at) process.kill(process.pid, 'SIGKILL');
}

process.on('SIGUSR2', () => {
  seen.armed = true;
  process.stderr.write('armed\n');
});

const isFirstCredentials = (sql: string): boolean =>
  sql.startsWith('insert into "credentials"') && seen.credentials === 0;
const isKeys = (sql: string, inputs: readonly unknown[]): boolean =>
  sql.startsWith('insert into "signal_keys"') && inputs.includes('pre-key');

for (const method of ['run', 'all'] as const) {
  const original = StatementSync.prototype[method] as (...inputs: unknown[]) => unknown;
  const replacement = function (this: StatementSync, ...inputs: unknown[]): unknown {
    if (!seen.armed) return original.apply(this, inputs);
    const sql = this.sourceSQL;
    const credentials = isFirstCredentials(sql);
    if (credentials) reached('pair-success received');
    const result = original.apply(this, inputs);
    if (credentials) {
      seen.credentials += 1;
      reached('credentials committed');
    }
    if (isKeys(sql, inputs)) {
      reached('pre-keys written');
      seen.keys = true;
    }
    if (seen.keys && sql === 'commit') reached('pre-keys committed');
    return result;
  };
  Object.assign(StatementSync.prototype, { [method]: replacement });
}

const send = WebSocket.prototype.send as (data: Buffer, done: (error?: Error) => void) => void;
Object.assign(WebSocket.prototype, {
  send(this: WebSocket, data: Buffer, done: (error?: Error) => void) {
    if (!seen.armed || seen.credentials === 0) return send.call(this, data, done);
    seen.sends += 1;
    if (seen.restarted && seen.sends === 1) reached('login begun');
    const step: KillStep | undefined = loginStep();
    return send.call(this, data, (error) => {
      if (step) reached(step);
      done(error);
    });
  },
});

/** What this frame is, by its place: the credentials' commit is followed by the signature, the restart by the handshake. */
function loginStep(): KillStep | undefined {
  if (!seen.restarted) return seen.sends === 1 ? 'signature sent' : undefined;
  if (seen.sends === 2) return 'login sent';
  return seen.keys ? 'pre-keys sent' : undefined;
}

const { terminate } = WebSocket.prototype;
Object.assign(WebSocket.prototype, {
  terminate(this: WebSocket) {
    // The link that paired is ended by 515; what is sent from then on belongs to the login.
    if (seen.armed && seen.credentials > 0 && !seen.restarted) {
      reached('restart asked for');
      seen.restarted = true;
      seen.sends = 0;
    }
    terminate.call(this);
  },
});
