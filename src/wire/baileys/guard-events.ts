import type { BaileysEventEmitter } from '@whiskeysockets/baileys';

/** Events that somebody hears. Baileys buffers the others, and works the buffer off in timers that nobody guards. */
const HEARD: readonly string[] = ['creds.update', 'connection.update'];

/** Some events are emitted in timers, where a listener that throws would end the process. */
export function guardEvents(ev: BaileysEventEmitter, onFault: (error: unknown) => void): void {
  const emit = ev.emit.bind(ev);
  ev.emit = (event, data) => {
    if (!HEARD.includes(event)) return false;
    try {
      return emit(event, data);
    } catch (error) {
      onFault(error);
      return false;
    }
  };
}
