import { OperatorError } from '../errors.ts';

/** Environment variables have bad values: a line for each, which says what is accepted. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
}
