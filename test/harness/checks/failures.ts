import type { PartialFailure } from '../../../src/privacy/outcome.ts';
import type { Call } from '../trace.ts';
import { shownIn } from './shown.ts';
import type { Fail, FieldEvidence } from './update.ts';

/** Each code says what really became of the field's last write. */
export function checkFailure(evidence: FieldEvidence, failure: PartialFailure, fail: Fail): void {
  const { trace, call, spec, wire, proof, writes, unsent } = evidence;
  const last = writes.at(-1);
  const reply = last?.reply;
  const shows = shownIn(call, proof, spec.category);
  const known = shows !== undefined && shows !== 'error';
  const expect = (holds: boolean, why: string): void => {
    if (!holds) fail('failures tell the truth', `${spec.field} ${failure.code}, but ${why}`);
  };
  switch (failure.code) {
    case 'REJECTED':
      expect(reply?.kind === 'refused' && failure.message.includes(String(reply.code)), 'WhatsApp did not say so');
      if (writes.some((write) => write.reply?.kind === 'refused' && write.worked !== undefined)) {
        fail('rejected is not applied', `${spec.field}=${wire}`);
      }
      return;
    case 'TIMED_OUT':
      expect(last !== undefined && (!reply || reply.kind === 'timed_out'), `the reply was ${reply?.kind}`);
      return;
    case 'CONNECTION_LOST':
      expect(reply?.kind === 'lost', `the reply was ${reply?.kind}`);
      return;
    case 'SKIPPED':
      expect(!last || last.seq < (unsent.at(-1)?.seq ?? call.endSeq ?? 0), 'it was sent');
      return;
    case 'UNSUPPORTED': {
      expect(!last, 'it was written');
      const lacked = trace.requests.some(
        ({ link, shows, reply }) =>
          link.slot === call.slot && reply?.kind === 'result' && shows?.has(spec.category) === false,
      );
      expect(lacked, 'the account has the category');
      return;
    }
    case 'MISMATCH':
      expect(known && shows !== wire, 'no read showed another value');
      expect(!last || !proof || proof.seq > (last.replySeq ?? last.seq), 'the read left before the reply was in');
      return;
    case 'ROLLED_BACK':
      expect(call.terms.onFailure === 'ROLLBACK' && last !== undefined && known, 'nothing was put back');
      return;
    case 'UNVERIFIED':
      expect(!last || reply?.kind !== 'refused', 'it was refused');
      expect(!known || last !== undefined, 'a read showed a value');
      expect(reply?.kind !== 'result' || triedToRead(call, last?.replySeq ?? 0), 'no read was tried after its reply');
  }
}

/** Nothing is sent any more with less than 5 s left. */
const LAST_SEND_MS = 24_000;

const triedToRead = ({ requests, startAt, endAt = 0 }: Call, since: number): boolean =>
  endAt - startAt >= LAST_SEND_MS ||
  requests.some(({ kind, seq, link }) => link.gone || (seq > since && kind === 'read'));
