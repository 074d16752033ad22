import { useState } from 'react';
import { formatTokens } from '#shared/format.ts';
import { exact } from '../text/harmless.ts';
import { words } from '../words.ts';
import { Folded } from './folded.tsx';

interface Props {
  value: unknown;
  /** What it is called in what holds it; absent for the whole. */
  name?: string;
  /** How many levels are open at first. */
  openLevels?: number;
}

const longestLine = 100;

/** JSON that is folded by its levels; what is closed is not drawn. Nothing of it is left out. */
export function JsonTree({ value, name, openLevels = 1 }: Props) {
  if (typeof value === 'string') return <Text name={name} text={value} />;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-line">
        <Name name={name} />
        <code className="json-value">{JSON.stringify(value) ?? 'undefined'}</code>
      </div>
    );
  }
  return <Branch name={name} value={value} openLevels={openLevels} />;
}

interface BranchProps {
  name: string | undefined;
  value: object;
  openLevels: number;
}

function Branch({ name, value, openLevels }: BranchProps) {
  const [isOpen, setOpen] = useState(openLevels > 0);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const size = isList ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details
      className="json-branch"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <Name name={name} />
        <span className="json-size">{size}</span> {!isOpen && <Preview value={value} />}
      </summary>
      {isOpen && (
        <div className="json-inside">
          {entries.map(([key, inner]) => (
            <JsonTree key={key} name={key} value={inner} openLevels={openLevels - 1} />
          ))}
        </div>
      )}
    </details>
  );
}

/** A text on one line as it is; a longer one is opened. */
function Text({ name, text }: { name: string | undefined; text: string }) {
  const [isOpen, setOpen] = useState(false);
  if (text.length <= longestLine && !text.includes('\n')) {
    return (
      <div className="json-line">
        <Name name={name} />
        <code className="json-text">{JSON.stringify(exact(text))}</code>
      </div>
    );
  }
  return (
    <details
      className="json-branch"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <Name name={name} />
        <span className="json-size">{words.receipt.characters(formatTokens(text.length))}</span>{' '}
        {!isOpen && <code className="json-preview">{firstLine(text)}</code>}
      </summary>
      {isOpen && <Folded plain="exact" text={text} />}
    </details>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span className="json-name">{exact(name)}</span>;
}

/** The words by which one of many is told from the others: its role, its type, its name. */
function Preview({ value }: { value: object }) {
  return <code className="json-preview">{firstLine(textsIn(value, 3).join(', '))}</code>;
}

/** The first few texts, however deep they stand; what a block is of says nothing about it. */
function textsIn(value: unknown, count: number): string[] {
  if (typeof value === 'string') return [value.slice(0, longestLine)];
  if (typeof value !== 'object' || value === null) return [];
  const texts: string[] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (texts.length >= count) break;
    if (key !== 'type') texts.push(...textsIn(inner, count - texts.length));
  }
  return texts;
}

function firstLine(text: string): string {
  const line = exact(text.slice(0, 2 * longestLine).replace(/\s+/g, ' '));
  return line.length > longestLine ? `${line.slice(0, longestLine).toWellFormed()}…` : line;
}
