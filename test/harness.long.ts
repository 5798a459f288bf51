import { runSeeds } from './harness/seeds.ts';

// The first ones are in the tests that run each time.
runSeeds(51, 1_000);
