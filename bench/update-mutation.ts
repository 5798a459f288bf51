import { z } from 'zod';
import { PROFILE_FIELDS, specOf } from '../src/privacy/fields.ts';
import type { PrivetClient } from './privet.ts';
import type { SettingsSet } from './settings-sets.ts';

/** Everything that a client would ask for. */
const UPDATE = `mutation ($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) {
    settings {
      visibility { lastSeen status profile online }
      privacy { readReceipts }
      permissions { callAdd groupAdd }
    }
    outcomes { field requested previous current result }
    failures { field code message }
    stanzas
  }
}`;

const Section = z.record(z.string(), z.string());
const Updated = z.object({
  updatePrivacy: z.object({
    settings: z.object({ visibility: Section, privacy: Section, permissions: Section }),
    failures: z.array(z.unknown()).length(0),
  }),
});

/** One update of all seven fields; resolves to what the answer says is held now, by category. */
export async function updateThroughPrivet(
  { graphql }: Pick<PrivetClient, 'graphql'>,
  instance: string,
  values: SettingsSet,
): Promise<Record<string, string>> {
  const data = await graphql(UPDATE, { instance, input: inputOf(values) });
  const { settings } = Updated.parse(data).updatePrivacy;
  return Object.fromEntries(
    PROFILE_FIELDS.map(({ field, section, name, category }) => {
      const value = settings[section][name] ?? '';
      return [category, specOf(field).values[value] ?? value];
    }),
  );
}

function inputOf(values: SettingsSet): Record<string, Record<string, string>> {
  const input: Record<string, Record<string, string>> = {};
  for (const spec of PROFILE_FIELDS) {
    const [enumName] = Object.entries(spec.values).find(([, wire]) => wire === values[spec.category]) ?? [];
    if (enumName === undefined) throw new Error(`${spec.field} has no value ${values[spec.category]}`);
    input[spec.section] = { ...input[spec.section], [spec.name]: enumName };
  }
  return input;
}
