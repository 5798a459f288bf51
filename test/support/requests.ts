import type { LinkedInstance, TestPrivet } from './privet.ts';

export const UPDATE = `mutation Hide($instance: String!, $input: UpdatePrivacyInput!) {
  updatePrivacy(instance: $instance, input: $input) { failures { code } }
}`;

export const update = (privet: TestPrivet, { name }: LinkedInstance, input: object) =>
  privet.graphql(UPDATE, { instance: name, input });

/** As the account, with whatever path, body and headers. */
export const post = (
  privet: TestPrivet,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(privet.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${privet.token}`, ...headers },
    body: JSON.stringify(body),
  });
