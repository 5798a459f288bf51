import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { ServerEvents } from '../telemetry/events.ts';
import { RequestRecord } from '../telemetry/request-record.ts';

/** Gives a request an id and a record, and reports the request once its answer has ended, complete or not. */
export function watchRequest(
  { method }: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
  events: ServerEvents | undefined,
): RequestRecord {
  const record = new RequestRecord();
  response.setHeader('X-Request-Id', record.id);
  const began = clock.monotonic();
  // It comes once: `once` would make a function more, and take it out, for each request.
  response.on('close', () => {
    const status = response.headersSent ? response.statusCode : undefined;
    const ms = clock.monotonic() - began;
    events?.requestServed({ record, method, status, aborted: !response.writableFinished, ms });
  });
  return record;
}
