import { failWhilePairing } from './harness/failing-pairing.ts';

// Each statement in the long tests.
failWhilePairing(7);
