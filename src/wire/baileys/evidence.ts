import { type CloseEvidence } from '../link.ts';
import { childOf, type Stanza } from '../stanza.ts';

export function streamErrorOf(stanza: Stanza): CloseEvidence {
  const first = Array.isArray(stanza.content) ? stanza.content[0] : undefined;
  const code = Number(stanza.attrs['code'] ?? Number.NaN);
  return {
    kind: 'stream_error',
    code: Number.isInteger(code) ? code : undefined,
    child: first?.tag,
    conflict: childOf(stanza, 'conflict')?.attrs['type'],
  };
}

export function failureOf(stanza: Stanza): CloseEvidence {
  const expiresInS = Number(stanza.attrs['expire'] ?? Number.NaN);
  return {
    kind: 'failure',
    reason: Number(stanza.attrs['reason'] ?? 500),
    // Nothing says how long where it is empty, past or no number.
    expiresInS: Number.isFinite(expiresInS) && expiresInS > 0 ? expiresInS : undefined,
  };
}
