/** A guard that is marked in the code, and the promise that does not hold without it. */
export interface Guard {
  readonly name: string;
  /** The check that notices it, by its rule. */
  readonly breaks: string;
  /** The seed that is tried first: it showed it when it was written down. */
  readonly seed: number;
  /** It is seen where several nodes run. */
  readonly nodes?: true;
}
