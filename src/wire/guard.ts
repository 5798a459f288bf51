import type { EventEmitter } from 'node:events';

type Listener = (...args: unknown[]) => unknown;

/**
 * Wraps every listener an emitter has now, so that one that throws or rejects is reported instead of becoming an
 * uncaught error of the process. Listeners added later are left alone.
 */
export function guardListeners(emitter: EventEmitter, onFault: (error: unknown) => void): void {
  for (const event of emitter.eventNames()) {
    const listeners = emitter.rawListeners(event);
    emitter.removeAllListeners(event);
    for (const listener of listeners) emitter.on(event, guarded(listener as Listener, emitter, onFault));
  }
}

function guarded(listener: Listener, self: EventEmitter, onFault: (error: unknown) => void): Listener {
  return (...args) => {
    try {
      const result = listener.apply(self, args);
      if (result instanceof Promise) result.catch(onFault);
    } catch (error) {
      onFault(error);
    }
  };
}
