import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Gate } from '../../access/limits/gate.ts';
import type { Principal } from '../../access/principal.ts';
import type { Clock } from '../../clock.ts';
import type { ClientConnection, RequestState } from '../../graphql/pipeline/authentication.ts';
import { countDocument } from '../../graphql/pipeline/refusal-limit.ts';
import { noteResult, type OperationOutcome } from '../../graphql/pipeline/request-record.ts';
import type { GraphQLPipeline } from '../../graphql/pipeline/yoga.ts';
import type { ServerEvents } from '../../telemetry/events.ts';
import { RequestRecord } from '../../telemetry/request-record.ts';

/** One query, mutation or subscription that came over a WebSocket. */
export class SocketOperation {
  readonly id: string;
  readonly record = new RequestRecord();
  readonly #leaving = new AbortController();
  readonly #clock: Clock;
  readonly #began: number;
  #isStream = false;

  constructor(id: string, clock: Clock) {
    this.id = id;
    this.#clock = clock;
    this.#began = clock.monotonic();
    this.record.edge = 'graphql';
  }

  /** Whether it is a subscription, which runs until somebody ends it. */
  get isStream(): boolean {
    return this.#isStream;
  }

  /** The client no longer wants an answer. */
  leave(): void {
    this.#leaving.abort();
  }

  /**
   * Runs it with the same limits, deadline and errors as over HTTP.
   * @throws RateLimitError when too many of the token's documents were refused.
   */
  async run(
    pipeline: GraphQLPipeline,
    gate: Gate,
    params: SubscribePayload,
    caller: { readonly principal: Principal; readonly clientAddress: string; readonly connection: ClientConnection },
  ): Promise<OperationOutcome> {
    const request = new Request('http://localhost/graphql', { method: 'POST', signal: this.#leaving.signal });
    const { query, variables, operationName, extensions } = params;
    const known = {
      query,
      ...(variables ? { variables } : {}),
      ...(operationName ? { operationName } : {}),
      ...(extensions ? { extensions } : {}),
    };
    this.record.tokenId = caller.principal.tokenId;
    gate.admitDocument(caller.principal);
    const context: RequestState = { ...caller, record: this.record };
    const result = (await pipeline.getResultForParams({ params: known, request }, context)) ?? {};
    noteResult(this.record, result);
    countDocument(gate, context, result);
    this.#isStream = Symbol.asyncIterator in result;
    return result;
  }

  /** @param aborted whether the connection went before the answer was complete. */
  tell(events: ServerEvents | undefined, aborted: boolean): void {
    const ms = this.#clock.monotonic() - this.#began;
    events?.requestServed({ record: this.record, method: 'WS', status: aborted ? undefined : 200, aborted, ms });
  }
}

/** An error as clients see it, without the extensions that are meant for HTTP. */
export function formatted(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...rest } = error.toJSON();
  const { http: _http, unexpected: _unexpected, ...shown } = extensions ?? {};
  return Object.keys(shown).length > 0 ? { ...rest, extensions: shown } : rest;
}
