import type { SessionSummary } from '#shared/models.ts';
import { harmlessLine } from './harmless.ts';

/** How a session is called: its title, else the folder it works in, else the start of its id. */
export function sessionName(session: Pick<SessionSummary, 'id' | 'title' | 'cwd'>): string {
  const title = harmlessLine(session.title ?? '');
  if (title !== '') return title;
  // Claude Code's ids say nothing to a person; the folder does.
  const isUuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(session.id);
  const folder = harmlessLine(session.cwd?.split(/[\\/]/).filter(Boolean).at(-1) ?? '');
  if (!isUuid) return session.id;
  return folder === '' ? session.id.slice(0, 8) : `${folder} ${session.id.slice(0, 4)}`;
}
