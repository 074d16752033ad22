import { formatDuration } from '#shared/format.ts';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const longDay = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const shortMoment = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** `10:02` */
export const clockTime = (at: number): string => clock.format(at);
/** `10:02:14` */
export const exactClockTime = (at: number): string => clockSeconds.format(at);
/** The whole of it, for hovering. */
export const exactTime = (at: number): string => exact.format(at);
/** `Saturday, 21 November` */
export const dayName = (at: number): string => longDay.format(at);
/** `21 Nov, 10:02` */
export const dateAndTime = (at: number): string => shortMoment.format(at);
/** `21 Nov`, of a local date written YYYY-MM-DD. */
export const shortDate = (day: string): string => shortDay.format(new Date(`${day}T12:00:00`));

/** Local date, YYYY-MM-DD, as the relay counts days. */
export function localDay(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** How long ago, in the largest whole unit: `3 m`. */
export const age = (at: number, now: number): string => formatDuration(now - at);

/** `1.9 s`, `340 ms`, `2 m 5 s`: a span that was measured. */
export function span(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`;
}
