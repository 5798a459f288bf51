import type { Principal } from '../access/principal.ts';
import type { Clock } from '../clock.ts';
import type { Sessions } from '../session/sessions.ts';

/** Something that is wrong with a call, before an envelope words it. What the server refuses by itself is one too. */
export interface Problem {
  readonly status: number;
  /** Stable: an envelope may have words of its own for it. */
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Who sent a request, beyond what its headers claim. */
export interface Client {
  readonly address: string | undefined;
}

/** A part of the HTTP server, as this edge sees it: it is handed to the server, and knows nothing of it. */
export interface RestRoute {
  owns(pathname: string): boolean;
  handle(request: Request, client: Client): Promise<Response>;
  refuse(refusal: Problem, pathname: string): Response;
}

/** What this edge needs of the tokens' service. */
export interface TokenCheck {
  /** Whom the token stands for; undefined when it is unknown, expired or revoked. */
  authenticate(token: string): Promise<Principal | undefined>;
}

/** What this edge is made with. */
export interface RestServices {
  readonly sessions: Sessions;
  readonly tokens: TokenCheck;
  readonly clock: Clock;
}
