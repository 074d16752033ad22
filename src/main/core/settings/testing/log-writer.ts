import { openLogs } from '../logs.ts';

/**
 * A process that logs 1000 lines and ends in the way it is told, without closing its logs:
 * `node log-writer.ts <folder> <exit|crash|end>`
 */
const [folder = '', way = ''] = process.argv.slice(2);
const { logger } = openLogs({ folder, level: 'info', secrets: () => ({}) });
for (let line = 1; line <= 1000; line += 1) logger.info({ line }, 'counted');
if (way === 'exit') process.exit(0);
if (way === 'crash') throw new Error('crashed on purpose');
// `end`: nothing is left to do; the logs must not keep the process.
