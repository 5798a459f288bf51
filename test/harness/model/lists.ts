import { planBlocklistRead, planBlocklistWrite } from '../../../simulator/blocklist.ts';
import type { PrivacyContext } from '../../../simulator/exclusions.ts';
import { Refusal } from '../../../simulator/nodes.ts';
import { planRead, planWrite } from '../../../simulator/privacy.ts';
import { planUsync } from '../../../simulator/usync.ts';
import type { Stanza } from '../../../src/wire/stanza.ts';
import type { Request, Trace } from '../trace.ts';
import type { Account } from './account.ts';
import type { ServerLink } from './server-link.ts';

type Work = () => Stanza[];

const contextOf = (account: Account): PrivacyContext => ({
  privacy: account.privacy,
  owner: account,
  people: account.people,
});

/** Whom the list of a category leaves out, or who is blocked; undefined where there is no list. */
export function membersOf(account: Account, list: string): ReadonlySet<string> | undefined {
  const members = list === 'blocklist' ? account.blocklist.members : account.privacy.list(list)?.members;
  return members && new Set(members);
}

/** What a stanza about people comes to, by the simulator's own rules. Throws `Refusal`. */
export function planOfLists(account: Account, stanza: Stanza, request: Request, trace: Trace, link: ServerLink): Work {
  const work = planOf(account, stanza, request);
  const list = request.kind === 'blocks_read' || request.kind === 'block' ? 'blocklist' : request.category;
  switch (request.kind) {
    case 'list_read':
    case 'blocks_read':
      return () => {
        request.worked = trace.seq();
        request.showsMembers = membersOf(account, list) ?? 'none';
        return work();
      };
    case 'timer_read':
      return () => {
        request.worked = trace.seq();
        request.showsTimer = String(account.timer.seconds);
        return work();
      };
    case 'list_write':
    case 'block':
      return () => changing(account, list, request, trace, work, link);
    default:
      return work;
  }
}

function planOf(account: Account, stanza: Stanza, { kind }: Request): Work {
  const { people, blocklist } = account;
  switch (kind) {
    case 'list_read':
      return planRead(stanza, contextOf(account));
    case 'list_write':
      return planWrite(stanza, contextOf(account));
    case 'blocks_read':
      return planBlocklistRead(stanza, { blocklist, owner: account, people });
    case 'block':
      return planBlocklistWrite(stanza, { blocklist, owner: account, people });
    case 'people':
    case 'timer_read':
      return planUsync(stanza, people);
    default:
      throw new Refusal(501, 'nothing answers this');
  }
}

function changing(account: Account, list: string, request: Request, trace: Trace, work: Work, link: ServerLink) {
  const before = membersOf(account, list);
  const value = account.privacy.get(list);
  const content = work();
  request.worked = trace.seq();
  const after = membersOf(account, list);
  trace.note(account.slot, `WhatsApp's list of ${list} is ${[...(after ?? [])].join(' ')} (request ${request.seq})`);
  trace.listChanges.push({ seq: request.worked, slot: account.slot, list, before, after, by: request });
  if (list !== 'blocklist' && value !== account.privacy.get(list)) {
    trace.changes.push({
      seq: request.worked,
      slot: account.slot,
      category: list,
      value: account.privacy.get(list) ?? '',
      by: request,
    });
  }
  account.changed(link.device);
  return content;
}
