import { useMemo } from 'preact/hooks';
import { FIELDS } from '../../fields.ts';
import type { PrivacyField } from '../../gql/graphql.ts';
import { hrefs } from '../../router.ts';
import { useTexts } from '../../texts/texts.ts';
import { valueText } from '../../texts/value-text.ts';
import { Ago } from '../../ui/ago.tsx';
import { phoneNumberText } from '../../ui/phone-number.ts';
import { ReasonText } from '../../ui/reason-text.tsx';
import { StateBadge } from '../../ui/state-badge.tsx';
import type { ListedInstance, ListedSettings } from './instance-list.ts';

/** Those of every account; the others are on the instance's own page. */
const SHOWN = [
  'LAST_SEEN',
  'STATUS',
  'PROFILE',
  'ONLINE',
  'READ_RECEIPTS',
  'CALL_ADD',
  'GROUP_ADD',
] as const satisfies PrivacyField[];

function heldText(settings: ListedSettings, field: (typeof SHOWN)[number]): string | undefined {
  const { section, key } = FIELDS[field];
  const held: Partial<Record<string, string | null>> = settings[section];
  return held[key] ?? undefined;
}

function Held({ settings }: { readonly settings: ListedSettings }) {
  const texts = useTexts();
  const { fields, instances } = texts;
  const kind = settings.stale ? 'held held-stale' : 'held';
  return (
    <>
      {SHOWN.map((field) => {
        const value = heldText(settings, field);
        return (
          <td key={field} role="cell" class={kind}>
            <span class="label">{fields[field].name}</span>
            {value === undefined ? instances.notReported : valueText(texts, field, value)}
          </td>
        );
      })}
      <td role="cell" class="seen">
        <span class="label">{instances.seen}</span>
        <Ago at={settings.observedAt} style="short" />
        {settings.stale && <strong>{instances.stale}</strong>}
      </td>
    </>
  );
}

/** Above what `Held` shows. */
export function HeldHeads() {
  const { fields, instances } = useTexts();
  return (
    <>
      {[...SHOWN.map((field) => fields[field].name), instances.seen].map((name) => (
        <th key={name} scope="col" role="columnheader">
          {name}
        </th>
      ))}
    </>
  );
}

interface RowProps {
  readonly instance: ListedInstance;
  readonly settings: ListedSettings | undefined;
  readonly maySeeSettings: boolean;
}

/** One instance. Drawn anew only where something of it has changed. */
export function Row({ instance, settings, maySeeSettings }: RowProps) {
  const { instances } = useTexts();
  const { name, state, since, reason, phoneNumber } = instance;
  // Roles in words: where rows stand as blocks, some browsers see no table any more.
  return useMemo(
    () => (
      <tr role="row">
        <th scope="row" role="rowheader" class="who">
          <a href={hrefs.instance(name)}>{name}</a>
          {phoneNumber !== null && <span class="number">{phoneNumberText(phoneNumber)}</span>}
        </th>
        <td role="cell" class="where">
          <StateBadge state={state} />
          <span class="since">
            <Ago at={since} style="short" />
          </span>
          {reason && <ReasonText reason={reason} />}
        </td>
        {maySeeSettings && settings && <Held settings={settings} />}
        {maySeeSettings && !settings && (
          <td role="cell" colSpan={SHOWN.length + 1} class="unseen">
            {instances.notSeen}
          </td>
        )}
      </tr>
    ),
    [instance, settings, maySeeSettings],
  );
}
