/**
 * `npm run package`: builds installers for this platform into dist/. `--dir` leaves them unpacked;
 * `--electron-dist DIR` takes the runtime from a folder instead of fetching it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Configuration } from 'electron-builder';
import { configuration } from '../packaging/electron-builder.config.ts';
import { build as buildPrograms } from './build.ts';

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    'electron-dist': { type: 'string' },
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
if (!buildPrograms()) process.exit(1);
await build({
  projectDir: join(import.meta.dirname, '..'),
  dir: values.dir,
  publish: 'never',
  config: {
    ...configuration,
    ...runtime,
    directories: { ...configuration.directories, output: values.output },
  },
});
