import { readdirSync, readFileSync } from 'node:fs';

export interface Relative {
  pid: number;
  /** As the system shows them to everybody of this machine (arguments) and to its owner. */
  commandLine: Buffer;
  environment: Buffer;
}

/** A process and all that came from it, as `/proc` has them now; empty where there is no /proc. */
export function familyOf(pid: number): Relative[] {
  const parents = new Map<number, number>();
  for (const name of names('/proc')) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const family = [pid];
  for (const one of family) {
    for (const [child, parent] of parents) if (parent === one) family.push(child);
  }
  return family.map((one) => ({
    pid: one,
    commandLine: read(`/proc/${one}/cmdline`),
    environment: read(`/proc/${one}/environ`),
  }));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`).toString('latin1');
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined || parent === '' ? undefined : Number(parent);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
