import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
const server = process.env['CORA_SERVER'] ?? 'http://localhost:3000';

export default defineConfig({
  root,
  plugins: [
    paraglideVitePlugin({
      project: `${root}/project.inlang`,
      outdir: `${root}/paraglide`,
      // What a person chose is kept by `preferences`: only that must be found again.
      strategy: ['preferredLanguage', 'baseLocale'],
      emitPrettierIgnore: false,
      emitReadme: false,
    }),
    svelte({ configFile: false, compilerOptions: { runes: true } }),
  ],
  build: {
    outDir: `${root}/dist`,
    emptyOutDir: true,
    // The content security policy takes fonts and styles from files only.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    proxy: {
      '/api': server,
      '/socket.io': { target: server, ws: true },
    },
  },
});
