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
  // The headers editor starts empty: a person clicks and pastes into it.
  defaultEditorToolsVisibility: 'headers',
  // The server takes POST alone, for streams too.
  subscriptionsProtocol: 'SSE',
  method: 'POST',
  // The token is kept in the tab alone: in the browser's storage it would be a secret at rest.
  shouldPersistHeaders: false,
};

/**
 * GraphiQL asks for the schema once, when the page opens and there is no token yet. Here that first request is not sent,
 * since it would only be refused. Each token that is typed into the headers editor makes GraphiQL ask again, by its own
 * key for that.
 * @param prefix the path of the page's files.
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
