import { runSeeds } from './harness/seeds.ts';

// The first 100 are in the tests that run each time.
runSeeds(101, 900);
