import { AuthScopeFailureType, type AuthFailure } from '@pothos/plugin-scope-auth';

/** Says what a token lacks for a call. */
export function whyForbidden(failure: AuthFailure): string {
  const scope = missingScope(failure);
  if (scope === 'account') return 'Only a token of the whole account may do that';
  // As the schema's TokenScope has it.
  return scope ? `This token lacks the scope "${scope.toUpperCase()}"` : 'This token may not do that';
}

function missingScope(failure: AuthFailure): string | undefined {
  switch (failure.kind) {
    case AuthScopeFailureType.AuthScope:
      return failure.scope;
    case AuthScopeFailureType.AllAuthScopes:
    case AuthScopeFailureType.AnyAuthScopes:
      return failure.failures.map(missingScope).find((scope) => scope !== undefined);
    default:
      return undefined;
  }
}
