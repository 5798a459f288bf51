/** What a caller of the simulator did wrong, with the HTTP status that the control port answers. */
export class SimulatorError extends Error {
  readonly status: 400 | 403 | 404 | 409 | 410 | 504;
  constructor(status: SimulatorError['status'], message: string) {
    super(message);
    this.name = 'SimulatorError';
    this.status = status;
  }
}

/** Digits of a phone number, with or without `+`. */
export function parsePhoneNumber(text: string, field = 'phoneNumber'): string {
  const match = /^\+?([1-9]\d{5,14})$/.exec(text);
  if (!match?.[1]) throw new SimulatorError(400, `${field}: expected 6 to 15 digits, with or without +`);
  return match[1];
}

/** Rejects with 504 when `promise` takes longer than `ms`. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SimulatorError(504, `${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
