import { runSeeds } from './harness/seeds.ts';

// The first 300 are in the tests that run each time.
runSeeds(301, 700);
