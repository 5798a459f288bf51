import type { ContactCalls } from './contact-calls.ts';
import type { Directory } from './directory.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { PrivacyCalls } from './privacy-calls.ts';
import type { Watching } from './watching.ts';

/** All that the edges ask of the instances; each takes what it uses. */
export interface FleetCalls {
  readonly directory: Directory;
  readonly lifecycle: Lifecycle;
  readonly privacy: PrivacyCalls;
  readonly contacts: ContactCalls;
  readonly watching: Watching;
}
