/** The service sends something at least every 15 s; what is silent for this long is gone, though no end came. */
const SILENCE_MS = 45_000;

/** `fetch` whose answer, and whose body, end in an error when nothing comes for too long. */
export async function watchedFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const silent = new AbortController();
  const heard = (): ReturnType<typeof setTimeout> => setTimeout(() => silent.abort(), SILENCE_MS);
  let timer = heard();
  const rest = (): void => clearTimeout(timer);
  const signal = init.signal ? AbortSignal.any([init.signal, silent.signal]) : silent.signal;
  signal.addEventListener('abort', rest, { once: true });
  try {
    const answer = await fetch(input, { ...init, signal });
    if (answer.body === null) return answer;
    const watched = answer.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          rest();
          timer = heard();
          controller.enqueue(chunk);
        },
        flush: rest,
      }),
    );
    return new Response(watched, answer);
  } catch (error) {
    rest();
    throw error;
  }
}
