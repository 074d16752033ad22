/** Who may import whom (docs/architecture.md; DESIGN section 3), as data for check-imports.ts. */

export interface Area {
  name: string;
  /** Folder of the area. */
  dir: string;
  /** Other areas it may import, by `#name/...`; its own is always allowed. */
  areas: readonly string[];
  /** Whether it may import Node's own modules. */
  node: boolean;
  /** Packages it may import; 'any' leaves that to the rules for single packages. */
  packages: 'any' | readonly string[];
}

/** Longest folder first: a file belongs to the first area whose folder holds it. */
export const areas: readonly Area[] = [
  { name: 'core', dir: 'src/main/core', areas: ['shared'], node: true, packages: 'any' },
  {
    name: 'headless',
    dir: 'src/main/headless',
    areas: ['shared', 'core'],
    node: true,
    packages: 'any',
  },
  {
    name: 'cli',
    dir: 'src/main/cli',
    areas: ['shared', 'core', 'headless', 'demo'],
    node: true,
    packages: 'any',
  },
  { name: 'demo', dir: 'src/main/demo', areas: ['shared', 'core'], node: true, packages: 'any' },
  {
    name: 'desktop',
    dir: 'src/main/desktop',
    areas: ['shared', 'core', 'headless'],
    node: true,
    packages: 'any',
  },
  { name: 'preload', dir: 'src/preload', areas: ['shared'], node: false, packages: ['electron'] },
  { name: 'renderer', dir: 'src/renderer', areas: ['shared'], node: false, packages: 'any' },
  { name: 'shared', dir: 'src/shared', areas: [], node: false, packages: ['zod'] },
];

/** Packages that belong to certain folders alone, whatever their area may import. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  electron: ['src/main/desktop', 'src/preload'],
  'better-sqlite3': ['src/main/core/store'],
  '@anthropic-ai/sdk': ['src/main/core/supervisor'],
  commander: ['src/main/cli'],
  react: ['src/renderer'],
  'react-dom': ['src/renderer'],
  zustand: ['src/renderer'],
};

/** Folders whose subfolders never import each other. */
export const siblingsApart: readonly string[] = ['src/renderer/features'];

/**
 * What everybody waits for at a start, and what must not be loaded with it, however many modules lie
 * between. Types do not count, nor what is imported when it is needed.
 */
export const lightStarts: readonly { entry: string; without: readonly string[] }[] = [
  {
    entry: 'src/main/cli/command-line.ts',
    without: ['zod', 'yaml', 'better-sqlite3', '@anthropic-ai/sdk', 'pino', 'chokidar'],
  },
  {
    entry: 'src/main/desktop/index.ts',
    without: ['zod', 'yaml', 'better-sqlite3', '@anthropic-ai/sdk', 'pino', 'chokidar'],
  },
  { entry: 'src/renderer/main.tsx', without: ['zod', 'rehype-highlight', 'diff', 'uqr'] },
];

/** Tests may import across areas: they stand outside of what they test. */
export function isForTests(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.split('/').includes('testing');
}
