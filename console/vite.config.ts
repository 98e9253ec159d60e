// Builds the console to `dist/`, which the edge embeds and serves under `/console/`.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The edge a development server talks to, as printed by `coview demo`. */
const edge = process.env.COVIEW_EDGE ?? 'http://localhost:7300';

// biome-ignore lint/style/noDefaultExport: Vite reads the default export
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: ['chrome111', 'firefox115', 'safari16.4'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { host: '127.0.0.1', proxy: { '/api': edge, '/v1': { target: edge, ws: true }, '/console/sign-in': edge } },
});
