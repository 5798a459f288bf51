import { defineConfig, loadEnv, type ProxyOptions } from 'vite';

/** The page asks its own origin, and Vite hands that on to the service: no other origin, no CORS. */
export default defineConfig(({ mode }) => {
  const { PRIVET_URL = 'http://127.0.0.1:4000' } = loadEnv(mode, import.meta.dirname, 'PRIVET_');
  const toService: ProxyOptions = {
    target: PRIVET_URL,
    // Vite would leave a stream open whose service is gone, and the page would wait for ever.
    configure: (proxy) =>
      proxy.on('proxyRes', (answer, _request, response) => {
        answer.on('close', () => !answer.complete && response.destroy());
      }),
  };
  const proxy = { '/graphql': toService };
  return { server: { proxy }, preview: { proxy } };
});
