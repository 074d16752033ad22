import { setTimeout as pause } from 'node:timers/promises';
import { homeAt } from '../home.ts';
import { acquireLock } from '../lock.ts';

/**
 * A process that tries for the lock of a home, says on one line how it went, and keeps it until it
 * is ended: `node lock-starter.ts <home> [at: epoch ms]`
 */
const [root = '', at = '0'] = process.argv.slice(2);
// All starters of a race begin in the same millisecond.
while (Date.now() < Number(at)) await pause(1);
const lock = acquireLock(homeAt(root), { host: 'headless' });
console.log(JSON.stringify(lock));
if (lock.ok) await pause(60_000);
