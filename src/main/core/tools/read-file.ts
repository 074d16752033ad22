import { z } from 'zod';
import { createCappedText } from './capped-text.ts';
import { confine, openConfined } from './project-path.ts';
import { asAnyTool, done, failed, type ToolResult } from './tool.ts';

const Input = z.strictObject({
  path: z.string().min(1).describe('The file, relative to the working directory of the session.'),
  from_line: z.number().int().min(1).optional().describe('First line to read; default 1.'),
  to_line: z.number().int().min(1).optional().describe('Last line to read; default the last one.'),
});

/** Beyond this nobody finds anything by reading; it bounds how long a look takes. */
const mostBytes = 64 * 1024 * 1024;
const sniffBytes = 8_000;
const chunkBytes = 64 * 1024;

export function createReadFile(home: string) {
  return asAnyTool<z.output<typeof Input>>({
    name: 'read_file',
    description:
      "Reads a text file of the session's project, whole or a range of lines. Of more than 100,000 bytes the middle is left out: ask for ranges of lines then. Files outside of the project, binary files and files that hold secrets are refused.",
    input: Input,
    policy: 'allow',
    needsPlace: true,
    show: ({ path }) => `read_file ${path}`,
    async execute(
      { path: wanted, from_line: from = 1, to_line: to = Number.MAX_SAFE_INTEGER },
      { place, signal },
    ) {
      if (!place) return failed('There is no folder to read from.');
      const confined = await confine(place, wanted, home);
      if (!confined.ok) return failed(confined.why);
      const opened = await openConfined(confined.found);
      if (!opened.ok) return failed(opened.why);
      const { file } = opened;
      try {
        const stat = await file.stat();
        if (stat.isDirectory()) return failed(`${wanted} is a folder; use list_files.`);
        if (!stat.isFile()) return failed(`${wanted} is not a regular file.`);
        if (stat.size > mostBytes) return failed(`${wanted} is too large (${stat.size} bytes).`);
        return await readLines(file, { from, to, sizeBytes: stat.size }, signal);
      } finally {
        await file.close();
      }
    },
  });
}

type Reader = Extract<Awaited<ReturnType<typeof openConfined>>, { ok: true }>['file'];

async function readLines(
  file: Reader,
  { from, to, sizeBytes }: { from: number; to: number; sizeBytes: number },
  signal: AbortSignal,
): Promise<ToolResult> {
  const text = createCappedText();
  const buffer = Buffer.alloc(chunkBytes);
  let line = 1;
  for (let at = 0; line <= to && !signal.aborted; ) {
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, at);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    if (at === 0 && chunk.subarray(0, sniffBytes).includes(0)) {
      return failed(`It is a binary file (${sizeBytes} bytes).`);
    }
    at += bytesRead;
    line = takeLines(chunk, line, { from, to }, text);
  }
  if (text.sizeBytes > 0) return done(text.text());
  return done(sizeBytes === 0 ? '(the file is empty)' : `(it has no line ${from}: it ends before)`);
}

/** @returns the number of the line that the chunk ends in */
function takeLines(
  chunk: Buffer,
  firstLine: number,
  { from, to }: { from: number; to: number },
  text: ReturnType<typeof createCappedText>,
): number {
  let line = firstLine;
  let start = 0;
  while (start < chunk.length && line <= to) {
    const newline = chunk.indexOf(0x0a, start);
    const end = newline < 0 ? chunk.length : newline + 1;
    if (line >= from) text.add(chunk.subarray(start, end));
    if (newline >= 0) line += 1;
    start = end;
  }
  return line;
}
