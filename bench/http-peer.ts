/** A server of the HTTP measurement beside the service: `node bench/http-peer.ts http|yoga|yogaLean`. */
import { createServer, type RequestListener } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

const ANSWER = Buffer.from('{"data":{"hello":"world"}}');

/** The least that a server has to do: it takes the body, and answers. */
const bare: RequestListener = (request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
};

const schema = createSchema({
  typeDefs: 'type Query { hello: String! }',
  resolvers: { Query: { hello: () => 'world' } },
});

function listenerFor(kind: string | undefined): RequestListener {
  if (kind === 'http') return bare;
  // Lean: without its own limit of bodies, which pipes each through another stream; the service does without it too.
  const yoga = createYoga(kind === 'yogaLean' ? { schema, maxRequestBodySize: false, logging: false } : { schema });
  return (request, response) => void yoga(request, response);
}

const server = createServer(listenerFor(process.argv[2]));
server.listen({ host: '127.0.0.1', port: 0 }, () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port');
  process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
