import type { Client } from '@urql/core';
import { type Once, type Sent, sendOnce } from '../../../api/once.ts';
import {
  BlockContactsDocument,
  type ContactFailureCode,
  type ContactResult,
  type ExclusionField,
  UnblockContactsDocument,
  UpdateExclusionsDocument,
} from '../../../gql/graphql.ts';

export interface Contact {
  /** Digits with the country code. */
  readonly phoneNumber: string | null;
  readonly lid: string | null;
}

export interface ContactList {
  readonly contacts: readonly Contact[];
  readonly observedAt: string;
  /** False where the field's value puts no list in force. */
  readonly active?: boolean;
}

/** What became of a change. */
export interface ListChange {
  /** The read-back; null where there was none. */
  readonly list: ContactList | null;
  readonly outcomes: readonly { readonly contact: string; readonly result: ContactResult }[];
  readonly failures: readonly {
    readonly contact: string;
    readonly code: ContactFailureCode;
    readonly message: string;
    readonly retryable: boolean;
  }[];
  readonly stanzas: number;
}

export type Verb = 'add' | 'remove';

/** One press: sent again with the same key it is made once. */
export interface ListPress {
  readonly verb: Verb;
  readonly contacts: readonly string[];
  readonly key: string;
  readonly wasSent?: boolean;
}

interface Answer extends Omit<Sent<unknown>, 'data'> {
  readonly value: ListChange | undefined;
}

/** What changes a list of contacts. */
export interface ListSource {
  /** How many contacts a call may have. */
  readonly most: number;
  change(press: ListPress): Promise<Answer>;
}

const once = async <Data, Variables extends Record<string, unknown>>(
  client: Client,
  call: Once<Data, Variables>,
  changeIn: (data: Data) => ListChange | undefined,
): Promise<Answer> => {
  const { data, ...rest } = await sendOnce(client, call, () => undefined);
  return { value: data && changeIn(data), ...rest };
};

export const exclusionsOf = (client: Client, instance: string, field: ExclusionField): ListSource => ({
  most: 1_000,
  change: ({ verb, contacts, ...press }) => {
    const variables = { instance, field, input: { [verb]: [...contacts] } };
    return once(
      client,
      { document: UpdateExclusionsDocument, variables, ...press },
      ({ updatePrivacyExclusions: done }) => (done ? { ...done, list: done.exclusions } : undefined),
    );
  },
});

export const blocklistOf = (client: Client, instance: string): ListSource => ({
  most: 100,
  change: ({ verb, contacts, ...press }) => {
    const variables = { instance, contacts: [...contacts] };
    if (verb === 'add')
      return once(client, { document: BlockContactsDocument, variables, ...press }, ({ blockContacts: done }) =>
        done ? { ...done, list: done.blocked } : undefined,
      );
    return once(client, { document: UnblockContactsDocument, variables, ...press }, ({ unblockContacts: done }) =>
      done ? { ...done, list: done.blocked } : undefined,
    );
  },
});
