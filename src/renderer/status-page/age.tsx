import { useEffect, useState } from 'react';
import { formatDuration } from '#shared/format.ts';

/** How long ago something was, kept up to date; the exact time on hover. */
export function Age({ at }: { at: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  const exact = new Date(at);
  return (
    <time className="muted" dateTime={exact.toISOString()} title={exact.toLocaleString()}>
      {formatDuration(now - at)}
    </time>
  );
}
