/** Whose instances a call may touch: an account's, or with `instanceId` that one alone. */
export interface Reach {
  readonly accountId: string;
  readonly instanceId?: string | undefined;
  /** Told which instance a call is about once it is found, whatever comes of the call: for the log of requests. */
  readonly onFound?: ((instance: { readonly id: string; readonly name: string }) => void) | undefined;
}

export const isWithin = (
  reach: Reach,
  { id, accountId }: { readonly id: string; readonly accountId: string },
): boolean => accountId === reach.accountId && (reach.instanceId ?? id) === id;
