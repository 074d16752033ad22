import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ToolPlace } from './tool.ts';

/** A file or folder that really lies in the project, whatever links lead there. */
export interface ProjectPath {
  /** Absolute, without symbolic links. */
  real: string;
  /** As it is shown: relative to the project. */
  shown: string;
}

export type Confined = { ok: true; found: ProjectPath } | { ok: false; why: string };

/** What such files hold is never the supervisor's business, and would end up in the conversation. */
const secretNames =
  /^(?:\.env(?:\.(?!example$|sample$|template$).*)?|\.netrc|\.npmrc|\.pypirc|\.pgpass|id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:pem|key|p12|pfx|keystore))$/i;
const secretFolders = new Set(['.ssh', '.gnupg', '.aws', '.relay']);

/** @param home the relay's own home, which holds its keys and is nobody's project */
export async function confine(place: ToolPlace, wanted: string, home: string): Promise<Confined> {
  const absolute = path.resolve(place.cwd, wanted);
  const root = await realpath(place.root).catch(() => undefined);
  if (root === undefined) return { ok: false, why: `The project ${place.root} is not there.` };
  const real = await realpath(absolute).catch((error: unknown) => error);
  if (typeof real !== 'string') {
    // Whether something exists outside is nobody's business either.
    const isInside = isWithin(root, absolute) || isWithin(place.root, absolute);
    return { ok: false, why: isInside ? `There is no ${wanted}.` : outside(wanted, place) };
  }
  const why = whyNot(real, root, await realpath(home).catch(() => home));
  if (why !== undefined) return { ok: false, why: why === '' ? outside(wanted, place) : why };
  return { ok: true, found: { real, shown: path.relative(root, real) || '.' } };
}

/** Empty: it lies outside. */
function whyNot(real: string, root: string, home: string): string | undefined {
  if (!isWithin(root, real)) return '';
  if (isWithin(home, real)) return "Relay's own home is not read by tools.";
  const parts = path.relative(root, real).split(path.sep);
  if (parts.some((part) => secretFolders.has(part)) || secretNames.test(path.basename(real))) {
    return `${parts.join('/')} looks like it holds secrets, so it is not read.`;
  }
  return undefined;
}

function outside(wanted: string, { root }: ToolPlace): string {
  return `${wanted} is outside of the project ${root}; only what is inside can be read.`;
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative === '' ||
    (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative))
  );
}

/**
 * Opens a confined file for reading, and looks again at what has been opened, since a link may have
 * been put in its place in between. Never waits for a pipe.
 */
export async function openConfined({
  real,
}: ProjectPath): Promise<{ ok: true; file: FileHandle } | { ok: false; why: string }> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let file: FileHandle;
  try {
    file = await open(real, flags);
  } catch (error) {
    return { ok: false, why: `It could not be opened: ${codeOf(error)}.` };
  }
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => real);
  if (opened === real) return { ok: true, file };
  await file.close();
  return { ok: false, why: 'It was changed while it was opened.' };
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
