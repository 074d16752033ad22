import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * out/main: the programs (`relay`, the desktop, the headless host), which share chunks and take their
 * packages from node_modules; out/preload: the bridge; out/renderer: the interface, one build for window
 * and browser.
 */
export default defineConfig({
  main: {
    build: {
      // From one file they load several times as fast as from their hundred; every start waits for them.
      externalizeDeps: { exclude: ['chokidar', 'yaml', 'zod'] },
      rolldownOptions: {
        input: {
          cli: 'src/main/cli/index.ts',
          desktop: 'src/main/desktop/index.ts',
          headless: 'src/main/headless/index.ts',
        },
        // A chunk that needs one function of a module must not load the packages of the rest.
        treeshake: { moduleSideEffects: 'no-external' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed script can require nothing but Electron, so all it needs is bundled into it; and
      // it cannot be a module, which "type" in package.json would make it.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    plugins: [react()],
    // What the first picture needs; the rest is loaded after it (renderer/components/later.tsx).
    build: {
      minify: true,
      chunkSizeWarningLimit: 2000,
      // Each file of the first script is a question to the main process, which is busy at a start.
      rolldownOptions: {
        output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
      },
      // The page names all it will load in its head; nothing is put into it later.
      modulePreload: {
        polyfill: false,
        resolveDependencies: (_file, all, { hostType }) => (hostType === 'html' ? all : []),
      },
    },
  },
});
