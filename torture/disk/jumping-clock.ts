/**
 * Loaded into a relay before anything else: at SIGUSR2 its wall clock jumps to wherever the file that
 * `RELAY_TORTURE_CLOCK` names says, in milliseconds from the real one.
 */
import { readFileSync } from 'node:fs';

const file = process.env.RELAY_TORTURE_CLOCK;
const SystemDate = Date;
let offsetMs = 0;
const now = () => SystemDate.now() + offsetMs;

class JumpingDate extends SystemDate {
  constructor(...given: unknown[]) {
    // The constructor has many shapes; whatever is given is passed on as it came.
    super(...((given.length === 0 ? [now()] : given) as [number]));
  }
  static override now(): number {
    return now();
  }
}
if (file) {
  globalThis.Date = JumpingDate as DateConstructor;
  process.on('SIGUSR2', () => {
    offsetMs = Number(readFileSync(file, 'utf8'));
  });
}
