/** A name of GraphQL as people type it: `LAST_SEEN` and `lastSeen` are `last-seen`. */
export const wordOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

/** What WhatsApp holds, of which not all is known. */
export const valueWord = (value: string | null | undefined): string =>
  value === null || value === undefined ? '-' : wordOf(value);

/** To the second, in UTC, as the tables on the data folder have it. */
export const timeWord = (at: string): string => at.slice(0, 19).replace('T', ' ');
