import type { HeldSettingsFragment } from '../../../gql/graphql.ts';
import { useTexts } from '../../../texts/texts.ts';

/** What WhatsApp shows and this version does not model: as it came, and not to be changed. */
export function OtherSettings({ other }: { readonly other: HeldSettingsFragment['other'] }) {
  const { settings } = useTexts();
  return (
    <section aria-labelledby="section-other" class="other">
      <h2 id="section-other">{settings.other}</h2>
      <p class="hint">{settings.otherHint}</p>
      <dl class="card">
        {other.map(({ category, value }) => (
          <div key={category}>
            <dt>{category}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
