import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/**
 * out/main: the programs (`relay`, the headless host), which share chunks and take their packages
 * from node_modules; out/renderer: the interface, one build for window and browser.
 */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: {
          cli: 'src/main/cli/index.ts',
          headless: 'src/main/headless/index.ts',
        },
        // A chunk that needs one function of a module must not load the packages of the rest.
        treeshake: { moduleSideEffects: 'no-external' },
      },
    },
  },
  renderer: {
    plugins: [react()],
    build: { minify: true },
  },
});
