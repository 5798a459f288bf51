import { OperatorError } from '../errors.ts';

/** Environment variables have values that can not be: a line for each, which says what can. */
export class ConfigError extends OperatorError {
  override readonly name = 'ConfigError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/**
 * Reads all of it, so that whoever has to mend several values is told of all of them at once.
 * @throws ConfigError with what every one of `readers` refused.
 */
export const readAll = <T extends object>(readers: { readonly [K in keyof T]-?: () => T[K] }): T => {
  const refused: string[] = [];
  const read = Object.entries<() => unknown>(readers).map(([name, reader]) => {
    try {
      return [name, reader()] as const;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refused.push(...error.lines);
      return [name, undefined] as const;
    }
  });
  if (refused.length > 0) throw new ConfigError(refused);
  return Object.fromEntries(read) as T;
};
