import { enableCompileCache } from 'node:module';

// Half of a short command's time is compiling; Node keeps the result beside other temporary files.
enableCompileCache();
const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
