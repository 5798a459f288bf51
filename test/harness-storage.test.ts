import { failStatements } from './harness/failing-statements.ts';

// Each of the first hundred in the long tests.
failStatements(12);
