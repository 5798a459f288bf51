/** What is told of a row of measurements. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError without any value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const min = sorted[0];
  const max = sorted.at(-1);
  const low = sorted[(sorted.length - 1) >> 1];
  const high = sorted[sorted.length >> 1];
  if (min === undefined || max === undefined || low === undefined || high === undefined) {
    throw new RangeError('Nothing was measured');
  }
  return { median: (low + high) / 2, min, max };
}

/** The smallest value that at least `part` (0 … 1) of all values do not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)];
  if (value === undefined) throw new RangeError('Nothing was measured');
  return value;
}

export const scaled = ({ median, min, max }: Summary, factor: number, digits: number): Summary => ({
  median: rounded(median * factor, digits),
  min: rounded(min * factor, digits),
  max: rounded(max * factor, digits),
});

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
