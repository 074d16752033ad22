/**
 * Imported before anything else, it lets the wall clock of this process run faster, so that days
 * pass in minutes: budgets begin anew, snapshots and backups fall due. Timers keep their pace.
 */
const speed = Number(process.env.RELAY_SOAK_SPEED ?? '1');
const SystemDate = Date;
const beganAt = SystemDate.now();
const quickNow = (): number =>
  Math.floor(beganAt + (SystemDate.now() - beganAt) * (speed > 0 ? speed : 1));

class QuickDate extends SystemDate {
  constructor(...given: unknown[]) {
    // The constructor has many shapes; whatever is given is passed on as it came.
    super(...((given.length === 0 ? [quickNow()] : given) as [number]));
  }
  static override now(): number {
    return quickNow();
  }
}
globalThis.Date = QuickDate as DateConstructor;
