import type { GraphiQLOptions } from 'graphql-yoga';

const FIRST_QUERY = `# Privet: privacy settings of WhatsApp accounts.
#
# Paste this, with your token in it, into the
# empty "Headers" editor below:
#
#   { "Authorization": "Bearer <token>" }
#
# Completion and the documentation (top left)
# come by themselves then. To run a query: the
# button, or Ctrl+Enter. A reload forgets the
# token, since the page keeps it nowhere.

query Instances {
  instances {
    nodes {
      name
      state
      phoneNumber
    }
  }
}

# query Privacy {
#   privacy(instance: "demo") {
#     visibility { lastSeen status profile online }
#     privacy { readReceipts }
#     permissions { callAdd groupAdd }
#   }
# }
#
# mutation HideLastSeen {
#   updatePrivacy(
#     instance: "demo"
#     input: { visibility: { lastSeen: NONE, online: MATCH_LAST_SEEN } }
#   ) {
#     failures { field code message }
#     settings { visibility { lastSeen online } }
#   }
# }
`;

const OPTIONS: GraphiQLOptions = {
  title: 'Privet',
  defaultQuery: FIRST_QUERY,
  // The editor of headers begins empty: whatever stood there would be in the way of a click and a paste.
  defaultEditorToolsVisibility: 'headers',
  // The server takes nothing by GET, streams included.
  subscriptionsProtocol: 'SSE',
  method: 'POST',
  // A token stays in the tab, and is gone with it: in the browser's storage it would be a secret at rest.
  shouldPersistHeaders: false,
};

/**
 * GraphiQL asks for the schema as the page opens, when there can be no token, and not again by itself. Here that first
 * request is never sent, so that nobody is greeted by a refusal, and each token that comes into the editor of headers
 * has GraphiQL ask, by its own key for that.
 * @param prefix where the files of the page are.
 */
export const startScript = (prefix: string): string => `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => '${prefix}' + label + '.worker.js',
};

const TOKEN = /"(?:authorization|token)"\\s*:\\s*"(?:bearer +)?([^"]{32,})"/i;
let token;
let timer;
const onEditHeaders = (text) => {
  const found = TOKEN.exec(text)?.[1];
  if (found === token) return;
  token = found;
  clearTimeout(timer);
  const again = () => dispatchEvent(new KeyboardEvent('keydown', { key: 'R', ctrlKey: true }));
  if (token) timer = setTimeout(again, 300);
};

const send = self.fetch;
self.fetch = (input, init) => {
  if (!String(init?.body).includes('query IntrospectionQuery')) return send(input, init);
  self.fetch = send;
  return new Promise(() => {});
};

const options = ${JSON.stringify(OPTIONS, undefined, 2)};
YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), { ...options, onEditHeaders });
`;
