import { failStatements } from './harness/failing-statements.ts';

failStatements(1);
