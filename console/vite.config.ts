import { defineConfig } from 'vite';
import { compressed } from './compress.ts';

const SERVICE = process.env['PRIVET_URL'] ?? 'http://127.0.0.1:4000';

/** `npm run build` writes console/dist, which the service reads at its start. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // The policy of the page allows files of the service alone: nothing in data URLs, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
  },
  server: {
    host: '127.0.0.1',
    // The service takes calls of its own pages alone.
    proxy: { '/graphql': { target: SERVICE, changeOrigin: true, headers: { origin: SERVICE } } },
  },
});
