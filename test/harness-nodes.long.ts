import { THREE_NODES } from './harness/nodes/three-nodes.ts';
import { runSeeds } from './harness/seeds.ts';

// The first ones are in the tests that run each time.
runSeeds(21, 1_000, THREE_NODES);
