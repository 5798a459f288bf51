import { partsOfReason, reasonNames, REASONS, type ReasonName } from '../../instance/reasons.ts';
import type { StateReason } from '../../instance/state.ts';
import { builder } from '../builder/builder.ts';

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const StateReasonCode = builder.enumType('StateReasonCode', {
  description: 'Why an instance is in its state, for programs.',
  values: Object.fromEntries(
    reasonNames.map((name) => {
      const { meaning, advice } = REASONS[name];
      const description = `${sentence(meaning)}. What to do: ${advice}.`;
      return [name.toUpperCase() as Uppercase<ReasonName>, { value: name, description }] as const;
    }),
  ),
});

export const Reason = builder.objectRef<StateReason>('StateReason').implement({
  description: 'Why an instance is in its state.',
  fields: (t) => ({
    code: t.field({
      type: StateReasonCode,
      description: 'Stable, for programs.',
      resolve: ({ code }) => partsOfReason(code).name,
    }),
    status: t.int({
      nullable: true,
      description: "WhatsApp's own code, of `LOGIN_FAILURE` and `STREAM_ERROR`; null where it gave none.",
      resolve: ({ code }) => partsOfReason(code).status,
    }),
    message: t.exposeString('message', { description: 'For people.' }),
    retryAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the next attempt comes by itself; null when none will.',
      resolve: ({ retryAt }) => retryAt,
    }),
  }),
});
