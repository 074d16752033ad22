/** Settles when the first picture is up; at once where nobody looks. */
export function whenPainted(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) resolve();
    const observer = new PerformanceObserver((list) => {
      if (list.getEntriesByName('first-contentful-paint').length === 0) return;
      observer.disconnect();
      resolve();
    });
    observer.observe({ type: 'paint', buffered: true });
  });
}
