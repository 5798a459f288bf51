import { sendHostile } from './support/hostile-runs.ts';

sendHostile({ bytes: 10_000, requests: 3_000 });
