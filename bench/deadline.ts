/** A wait that took too long: the figures of this run would mean nothing. */
export class BenchTimeout extends Error {}

/** Waits for `work`, at most `ms`; then rejects, naming what was waited for. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new BenchTimeout(`${what} took longer than ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `work` for 0 … count-1, a few at a time, until all are done or no more may begin. Returns how many were done. */
export async function inParallel(
  count: number,
  width: number,
  mayBegin: () => boolean,
  work: (index: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < count && mayBegin()) {
      const index = next;
      next += 1;
      await work(index);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return done;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
