/** Why a request is refused, before an edge puts it into its format. */
export interface Problem<Code extends string = string> {
  readonly status: number;
  /** Stable: programs may rely on it, and an envelope may have a text of its own for it. */
  readonly code: Code;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Who sent a request. */
export interface Client {
  /** For limits by address: the other end of the connection, or what trusted proxies report. */
  readonly address: string;
}

/** An answer that is made once, and is the same for everybody. */
export interface FixedAnswer {
  /** 200 where none is given. 304 for a client that has the present one: without a body. */
  readonly status?: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
