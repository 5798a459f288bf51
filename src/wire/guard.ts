import type { EventEmitter } from 'node:events';

type Listener = (...args: unknown[]) => unknown;

/** Whether the listeners of this event hear what it brings first. */
type Hears = (event: string | symbol, first: unknown) => boolean;

/**
 * Guards every listener that an emitter has now: one that throws or rejects is reported, instead of becoming an uncaught error
 * of the process. All of an event share one wrapper. Listeners added later are left alone.
 */
export function guardListeners(
  emitter: EventEmitter,
  onFault: (error: unknown) => void,
  hears: Hears = () => true,
): void {
  const found = emitter.eventNames().map((event) => [event, emitter.rawListeners(event)] as const);
  // All at once: one by one they would leave their table as large as it was.
  emitter.removeAllListeners();
  const guard: Guard = { emitter, onFault, hears };
  for (const [event, listeners] of found) emitter.on(event, guarded(event, listeners as Listener[], guard));
}

interface Guard {
  readonly emitter: EventEmitter;
  readonly onFault: (error: unknown) => void;
  readonly hears: Hears;
}

function guarded(event: string | symbol, listeners: readonly Listener[], guard: Guard): Listener {
  return (...args) => {
    try {
      if (!guard.hears(event, args[0])) return;
    } catch (error) {
      // Who hears a frame is decided by what is in it.
      return guard.onFault(error);
    }
    for (const listener of listeners) call(listener, args, guard);
  };
}

function call(listener: Listener, args: unknown[], { emitter, onFault }: Guard): void {
  try {
    const result = listener.apply(emitter, args);
    if (result instanceof Promise) result.catch(onFault);
  } catch (error) {
    onFault(error);
  }
}
