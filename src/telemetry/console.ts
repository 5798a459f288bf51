const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const;

/**
 * Drops whatever is written with `console`, until disposed: libsignal prints whole sessions there, keys included. This
 * project's own code writes to its logger or straight to a stream.
 */
export function silenceConsole(target: Console = globalThis.console): Disposable {
  const before = METHODS.map((method) => [method, target[method]] as const);
  for (const method of METHODS) target[method] = () => undefined;
  return {
    [Symbol.dispose]() {
      for (const [method, original] of before) target[method] = original;
    },
  };
}
