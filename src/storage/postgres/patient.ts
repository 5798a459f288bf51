import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Contention } from '../dialects/contention.ts';
import type { Tables } from '../schema.ts';
import { patientConfig } from './connection.ts';
import { connect } from './kysely.ts';
import { Lookout, type LookoutOptions } from './lookout.ts';

/**
 * One transaction without the service's bounds in time: a migration takes as long as it takes, and so does a move of all
 * rows. It fails, and its connection ends, when the server is no longer seen to be at work on it.
 */
export const patiently = async <T>(
  options: Omit<LookoutOptions, 'name'> & { readonly signal?: AbortSignal | undefined },
  contention: Contention,
  work: (tx: Kysely<Tables>) => Promise<T>,
): Promise<T> => {
  const { url, clock, signal } = options;
  const name = `privet/${randomUUID()}`;
  using lookout = new Lookout({ ...options, name });
  const cut = signal ? AbortSignal.any([lookout.lost, signal]) : lookout.lost;
  const db = connect(patientConfig(url, name), { clock, contention, most: 1, cut });
  try {
    return await db.transaction().execute(work);
  } catch (error) {
    throw cut.aborted ? cut.reason : error;
  } finally {
    await db.destroy();
  }
};
