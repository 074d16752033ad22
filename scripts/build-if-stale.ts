import { build, isBuildStale } from './build.ts';

if (isBuildStale() && !build()) process.exit(1);
