import { useRef, useState } from 'preact/hooks';
import { useMay } from '../../../api/viewer.tsx';
import { hasExclusions, LISTED, SECTIONS, shownValue, type Sections } from '../../../fields.ts';
import type { FailurePolicy, HeldSettingsFragment, PrivacyField } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';
import { valueText } from '../../../texts/value-text.ts';
import { Exclusions } from '../lists/exclusions.tsx';
import { type Capability, inSection } from './capabilities.ts';
import { ChangePanel } from './change-panel.tsx';
import { changesOf, choose, type Draft, type Move, movesBetween, overtaken, without } from './draft.ts';
import { FieldCard } from './field-card.tsx';
import { OtherSettings } from './other-settings.tsx';
import { useApply } from './use-apply.ts';
import { usePlan } from './use-plan.ts';
import type { SettingsWatch } from './use-settings.ts';
import './settings.css';

interface FormProps {
  /** The instance's name. */
  readonly instance: string;
  readonly capabilities: readonly Capability[];
  /** Undefined where the token may not see them. */
  readonly settings: HeldSettingsFragment | undefined;
  readonly watch: SettingsWatch;
  readonly isOpen: boolean;
}

/** What a stream tells of a change may come behind the change's answer. */
const LATE_MS = 2_000;

type Current = Sections & { readonly observedAt: string };

const isCurrent = (value: unknown): value is Current =>
  typeof value === 'object' && value !== null && 'observedAt' in value && 'visibility' in value;

/** Says what was changed elsewhere, once and politely. */
function Announced({ moves }: { readonly moves: readonly Move[] }) {
  const texts = useTexts();
  const { settings, fields } = texts;
  const what = moves.map(({ field, to }) => settings.movedOne(fields[field].name, valueText(texts, field, to)));
  return (
    <p role="status" class="hidden">
      {what.length > 0 && settings.movedAll(what.join(', '))}
    </p>
  );
}

/** The settings, what was edited of them, and what becomes of it. */
export function SettingsForm({ instance, capabilities, settings, watch, isOpen }: FormProps) {
  const texts = useTexts();
  const mayRead = useMay('READ');
  const mayWrite = useMay('WRITE');
  const [changedLists, setChangedLists] = useState<ReadonlySet<PrivacyField>>(new Set());
  const [draft, setDraft] = useState<Draft>({});
  const [policy, setPolicy] = useState<FailurePolicy>('CONTINUE');
  const [conflictMoves, setConflictMoves] = useState<readonly Move[]>([]);
  const applyButton = useRef<HTMLButtonElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  /** What the person saw when they pressed. */
  const seen = useRef<Sections>(undefined);
  const quiet = useRef<() => void>(() => undefined);
  const applying = useApply(instance, {
    begin: ({ changes }) => {
      seen.current = settings;
      quiet.current = watch.keepQuiet(Object.keys(changes) as PrivacyField[]);
    },
    done: (_press, update) => {
      if (update.settings) watch.show(update.settings);
      quiet.current();
      const failed = new Set(update.failures.map(({ field }) => field));
      const held = update.outcomes.map(({ field }) => field).filter((field) => !failed.has(field));
      setDraft((before) => without(before, held));
    },
    stopped: (_press, { extensions }) => {
      quiet.current();
      const { current } = extensions;
      if (!isCurrent(current)) return;
      setConflictMoves(movesBetween(seen.current, current));
      watch.show(current);
    },
  });
  const { state } = applying;
  const isSending = state.kind === 'sending';
  const changes = changesOf(draft);
  const seenAt = mayRead ? settings?.observedAt : undefined;
  const planning = usePlan(instance, changes, policy, seenAt, mayRead && isOpen && !isSending);
  const canApply = mayWrite && isOpen;
  const isDisabled = !canApply || isSending;

  /** Putting somebody on a list changes the setting as well: then that is applied already. */
  const listChanges = (field: PrivacyField) => {
    const end = watch.keepQuiet([field]);
    return (isDone: boolean): void => {
      setTimeout(end, LATE_MS);
      if (!isDone) return;
      setChangedLists((before) => new Set([...before, field]));
      setDraft((before) => (before[field]?.value === LISTED ? without(before, [field]) : before));
    };
  };
  /** A list that was changed here stays, with what became of it, also while the setting's new value is still on its way. */
  const hasList = (field: PrivacyField, value: string | undefined): boolean =>
    [value, draft[field]?.value].includes(LISTED) || changedLists.has(field);

  const fieldOf = (capability: Capability) => {
    const { field } = capability;
    const value = settings && shownValue(settings, field);
    return (
      <FieldCard
        key={field}
        capability={capability}
        held={settings && { value, seenAt: settings.observedAt, stale: settings.stale || !isOpen }}
        chosen={draft[field]?.value}
        movedFrom={draft[field] ? undefined : watch.moves.find((move) => move.field === field)?.from}
        overtaken={overtaken(draft, settings, field)}
        mayChoose={mayWrite}
        isDisabled={isDisabled}
        onChoose={(chosen) => setDraft((before) => choose(before, field, chosen, value))}
      >
        {mayRead && capability.exclusions && hasExclusions(field) && hasList(field, value) && (
          <Exclusions {...{ instance, field, isOpen }} held={value} onChange={() => listChanges(field)} />
        )}
      </FieldCard>
    );
  };
  return (
    <div class={mayWrite ? 'settings settings-two' : 'settings'}>
      <Announced moves={watch.moves} />
      <div class="settings-fields">
        {SECTIONS.map((section) => {
          const here = inSection(capabilities, section);
          return (
            here.length > 0 && (
              <section key={section} aria-labelledby={`section-${section}`}>
                <h2 id={`section-${section}`}>{texts.settings.sections[section]}</h2>
                {here.map(fieldOf)}
              </section>
            )
          );
        })}
        {settings && settings.other.length > 0 && <OtherSettings other={settings.other} />}
      </div>
      {mayWrite && Object.keys(changes).length > 0 && (
        <div class="to-changes">
          <button type="button" class="main" onClick={() => heading.current?.focus()}>
            {texts.settings.edits(Object.keys(changes).length)}: {texts.settings.toChanges}
          </button>
        </div>
      )}
      {mayWrite && (
        <ChangePanel
          changes={changes}
          planning={mayRead && isOpen ? planning : undefined}
          applying={applying}
          conflictMoves={conflictMoves}
          policy={policy}
          onPolicy={setPolicy}
          canApply={canApply}
          onApply={() => applying.press(changes, policy, seenAt)}
          onRetry={(fields) => {
            const again = state.kind === 'done' ? state.press.changes : {};
            const only = Object.fromEntries(fields.flatMap((field) => (again[field] ? [[field, again[field]]] : [])));
            applyButton.current?.focus();
            applying.press(only, policy, seenAt);
          }}
          onDiscard={() => {
            setDraft({});
            applyButton.current?.focus();
          }}
          applyButton={applyButton}
          heading={heading}
        />
      )}
    </div>
  );
}
