import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a relay itself wrote down as an error; each kind once. */
export function errorsInLogs(logs: string): string[] {
  const errors = readdirSync(logs)
    .flatMap((name) => readFileSync(path.join(logs, name), 'utf8').split('\n'))
    .filter((line) => /"level":"(?:error|fatal)"/.test(line))
    .map((line) => line.replace(/^.*?"pid":\d+,/, '').slice(0, 300));
  return [...new Set(errors)].slice(0, 5).map((line) => `The log should have no error: ${line}`);
}
