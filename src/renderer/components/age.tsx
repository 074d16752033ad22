import { age, clockTime, dateAndTime, exactClockTime, exactTime } from '../text/time.ts';
import { useNow } from './clock.ts';

/** How long ago; the exact time on hover. */
export function Age({ at }: { at: number }) {
  const now = useNow();
  return (
    <time className="age" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {age(at, now)}
    </time>
  );
}

/** Day and time; the exact time on hover. */
export function Moment({ at }: { at: number }) {
  return (
    <time className="clock" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {dateAndTime(at)}
    </time>
  );
}

/** The time of day; the exact time on hover. */
export function ClockTime({ at, seconds = false }: { at: number; seconds?: boolean }) {
  return (
    <time className="clock" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {seconds ? exactClockTime(at) : clockTime(at)}
    </time>
  );
}
