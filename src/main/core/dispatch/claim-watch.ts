import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SessionId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import { type FolderWatch, watchFolder } from '../folder-watch.ts';

/** Notices at once when a session takes its reply. */
export interface ClaimWatch {
  /** Watches where a reply lies now, and nowhere else. */
  follow(): void;
  close(): void;
}

/** @param onClaim is called when an `input.txt` may have been taken */
export function createClaimWatch(
  dispatchFolder: string,
  engine: Engine,
  onClaim: () => void,
): ClaimWatch {
  const watches = new Map<SessionId, FolderWatch>();

  function begin(sessionId: SessionId): void {
    const folder = path.join(dispatchFolder, sessionId);
    const input = path.join(folder, 'input.txt');
    const look = () => {
      if (!existsSync(input)) onClaim();
    };
    watches.set(sessionId, watchFolder(folder, look));
    // It may have been taken before anybody watched.
    look();
  }

  return {
    follow() {
      const holding = new Set<SessionId>();
      for (const { sessionId, stage } of engine.state.dispatches.values()) {
        if (stage === 'written') holding.add(sessionId);
      }
      for (const [sessionId, watching] of watches) {
        if (holding.has(sessionId)) continue;
        watching.close();
        watches.delete(sessionId);
      }
      for (const sessionId of holding) if (!watches.has(sessionId)) begin(sessionId);
    },
    close() {
      for (const watching of watches.values()) watching.close();
      watches.clear();
    },
  };
}
