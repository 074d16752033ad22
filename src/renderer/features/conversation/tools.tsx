import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Folded } from '../../components/folded.tsx';
import { harmlessLine } from '../../text/harmless.ts';
import { words } from '../../words.ts';
import type { ToolUse } from './entries.ts';

/** What the supervisor looked at: one line until opened. */
export function Tools({ calls }: { calls: readonly ToolUse[] }) {
  const [isOpen, setOpen] = useState(false);
  const first = calls[0];
  if (!first) return null;
  return (
    <div className="tools">
      <button
        type="button"
        className="fold-line"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight size={12} aria-hidden="true" />
        <code>{words.conversation.tools(oneLine(first), calls.length)}</code>
        {calls.some(({ isError }) => isError) && <span>{words.conversation.toolFailed}</span>}
      </button>
      {isOpen && calls.map((call) => <ToolDetails key={call.id} call={call} />)}
    </div>
  );
}

function ToolDetails({ call }: { call: ToolUse }) {
  const { name, input, output, isError } = call;
  const { toolInput, toolOutput, toolFailed, noOutput } = words.conversation;
  return (
    <div className="tool-details">
      <p>
        <code>{harmlessLine(name)}</code> {toolInput.toLowerCase()}
      </p>
      <Folded plain text={JSON.stringify(input, null, 2) ?? ''} />
      <p>{isError ? toolFailed : toolOutput}</p>
      {output === null ? <p className="note">{noOutput}</p> : <Folded plain text={output} />}
    </div>
  );
}

/** The tool and its first argument: `read_file src/parser.ts`. */
function oneLine({ name, input }: ToolUse): string {
  const values = typeof input === 'object' && input !== null ? Object.values(input) : [];
  const first = values.find((value) => typeof value === 'string') ?? '';
  const line = harmlessLine(`${name} ${first}`);
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
