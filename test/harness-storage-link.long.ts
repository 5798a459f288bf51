import { failWhilePairing } from './harness/failing-pairing.ts';

failWhilePairing(1);
