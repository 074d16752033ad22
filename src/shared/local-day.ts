/** The day a moment belongs to where this program runs: YYYY-MM-DD. */
export function localDay(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Local date and hour, `2026-11-21T09`. */
export function localHour(at: number): string {
  return `${localDay(at)}T${String(new Date(at).getHours()).padStart(2, '0')}`;
}
