import { type Allowance, RateLimitError } from '../access/limits/rate-limit.ts';
import { beginCall, CALL_MS } from '../call.ts';
import { EqualTimers } from '../clock.ts';
import type { Reach } from '../fleet/calls/reach.ts';
import { createAuthorize, requireScope, withAllowance } from './authorize.ts';
import type { Endpoint, Method, Resource } from './endpoint.ts';
import { profileEnvelope, usersEnvelope, type Envelope } from './envelope.ts';
import { describeApi } from './openapi.ts';
import { ProblemError, problemOf } from './problem.ts';
import { profilePrivacy } from './profile-privacy.ts';
import type { RestRoute, RestServices } from './route.ts';
import { usersPrivacy } from './users-privacy.ts';

const RESOURCES: readonly Resource[] = [profilePrivacy, usersPrivacy];
const DESCRIPTION_PATH = '/openapi.json';

/** Unknown paths are answered in the format of the API whose prefix they have. */
const envelopeFor = (pathname: string): Envelope => (pathname.startsWith('/users/') ? usersEnvelope : profileEnvelope);

/** The endpoints of the two APIs that this service is compatible with, and their OpenAPI description. */
export function createRestRoute(services: RestServices): RestRoute {
  const { gate, clock, directory, privacy } = services;
  const authorize = createAuthorize(gate);
  const timers = new EqualTimers(clock, CALL_MS);
  const description = {
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(describeApi())),
  };

  return {
    edge: 'rest',

    owns: (pathname) => pathname === DESCRIPTION_PATH || pathname.startsWith('/api/') || pathname.startsWith('/users/'),

    fixed: (pathname) => (pathname === DESCRIPTION_PATH ? description : undefined),

    refuse: (problem, pathname) => envelopeFor(pathname)(problem),

    async handle(request, client, record) {
      const { pathname } = new URL(request.url);
      let allowance: Allowance | undefined;
      try {
        if (pathname === DESCRIPTION_PATH) throw methodNotAllowed(['GET']);
        const { resource, segment } = resourceAt(pathname);
        const endpoint = endpointFor(resource.endpoints, request.method);
        // The pattern and not the path, which contains the instance's name.
        record.operation = `${request.method} ${resource.path}`;
        using call = beginCall(clock, request.signal, timers);
        const { signal, deadline } = call;
        const run = async (): Promise<Response> => {
          const caller = await authorize(request, client);
          const { principal } = caller;
          allowance = caller.allowance;
          const { accountId, instanceId, tokenId } = principal;
          record.tokenId = tokenId;
          requireScope(principal, endpoint.scope);
          using _held = gate.hold(principal, (reason) => call.withdraw(reason));
          const sentKey = request.headers.get('idempotency-key');
          const key = sentKey === null ? undefined : { caller: { kind: 'token' as const, id: tokenId }, key: sentKey };
          const reach: Reach = { accountId, instanceId, onFound: (found) => record.noteInstance(found) };
          const named = { segment, directory, reach };
          const instance = await resource.instance(named);
          using _turn = await gate.begin(principal, instance, call);
          return await endpoint.run({ ...named, request, privacy, record, key, signal, deadline });
        };
        return withAllowance(await call.answer(run), allowance);
      } catch (error) {
        const problem = problemOf(error);
        // The server logs it, and answers through `refuse`.
        if (!problem) throw error;
        record.noteError(problem.code);
        const left = error instanceof RateLimitError ? error.allowance : allowance;
        return withAllowance(envelopeFor(pathname)(problem), left);
      }
    },
  };
}

function resourceAt(pathname: string): { resource: Resource; segment: string } {
  for (const resource of RESOURCES) {
    const segment = resource.match(pathname);
    if (segment !== undefined) return { resource, segment };
  }
  throw new ProblemError(404, 'NOT_FOUND', 'There is nothing at this path');
}

/** HEAD is handled as GET: the server leaves out the body. */
function endpointFor(endpoints: Readonly<Partial<Record<Method, Endpoint>>>, method: string): Endpoint {
  const wanted = method === 'HEAD' ? 'GET' : method;
  for (const [name, endpoint] of Object.entries(endpoints)) if (name === wanted) return endpoint;
  throw methodNotAllowed(Object.keys(endpoints));
}

function methodNotAllowed(methods: readonly string[]): ProblemError {
  const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return new ProblemError(405, 'METHOD_NOT_ALLOWED', `Only ${allowed} is possible here`, { Allow: allowed });
}
