import { harmlessLine } from '../text/harmless.ts';

/**
 * A unified diff; what is added and taken away is told by its sign as well as its ground. The file is
 * named by whoever shows it.
 */
export function Diff({ text }: { text: string }) {
  const lines = text
    .replace(/^--- .*\n\+\+\+ .*\n/, '')
    .replace(/\n$/, '')
    .split('\n');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by keyboard too.
    <pre className="diff" tabIndex={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of a diff is its place.
        <span key={index} className={classOf(line)}>
          {line.startsWith(' ') ? line : harmlessLine(line.slice(0, 1)) + line.slice(1)}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function classOf(line: string): string {
  if (line.startsWith('@@')) return 'diff-head';
  if (line.startsWith('+')) return 'diff-added';
  return line.startsWith('-') ? 'diff-removed' : '';
}
