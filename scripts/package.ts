/**
 * `npm run package`: builds installers for this platform into dist/. `--dir` leaves them unpacked;
 * `--electron-dist DIR` takes the runtime from a folder instead of fetching it; `--built DIR` takes
 * what was built there, which must be for that runtime, and leaves out/ alone.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Configuration } from 'electron-builder';
import { builtFiles, configuration } from '../packaging/electron-builder.config.ts';
import { build as buildPrograms } from './build.ts';

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    'electron-dist': { type: 'string' },
    built: { type: 'string' },
    output: { type: 'string', default: 'dist' },
  },
});

const electronDist = values['electron-dist'];
const runtime: Configuration = {};
if (electronDist) {
  const version = readFileSync(join(electronDist, 'version'), 'utf8').trim().replace(/^v/, '');
  Object.assign(runtime, { electronDist, electronVersion: version });
  // What is built must run in this one, not in that of the `electron` package.
  process.env.ELECTRON_MAJOR_VER = version.split('.')[0];
}
const projectDir = join(import.meta.dirname, '..');
if (values.built === undefined) {
  if (!buildPrograms()) process.exit(1);
} else {
  const from = relative(projectDir, resolve(values.built));
  runtime.files = configuration.files.map((one) =>
    one === builtFiles ? { from, to: 'out', filter: ['**'] } : one,
  );
}
await build({
  projectDir,
  dir: values.dir,
  publish: 'never',
  config: {
    ...configuration,
    ...runtime,
    directories: { ...configuration.directories, output: values.output },
  },
});
