/** Why something about Claude Code could not be done: a sentence for the owner, and what to do. */
export interface Problem {
  code:
    | 'settings-malformed'
    | 'settings-unwritable'
    | 'settings-changed'
    | 'project-missing'
    | 'session-open'
    | 'session-unknown'
    | 'claude-missing'
    | 'claude-failed';
  message: string;
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const failed = (code: Problem['code'], message: string): Outcome<never> => ({
  ok: false,
  problem: { code, message },
});
