import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDE_VERSION } from './claude-binary.ts';

const KEY = 'sk-ant-test-00000000000000000000';

/**
 * An environment in which `claude` knows nobody: its own home, a key that is none, the model on
 * loopback, no telemetry, no updates, short retries. Nothing of the caller's environment goes in.
 */
export function cleanEnvironment(userHome: string, baseUrl: string): Record<string, string> {
  return {
    HOME: userHome,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_MAX_RETRIES: '0',
    ANTHROPIC_BASE_URL: baseUrl,
    ANTHROPIC_API_KEY: KEY,
  };
}

/** Answers beforehand what an interactive `claude` asks at its first start in `project`. */
export function skipOnboarding(userHome: string, project: string): void {
  mkdirSync(userHome, { recursive: true });
  const state = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    lastOnboardingVersion: CLAUDE_VERSION,
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: {
      [realpathSync(project)]: {
        hasTrustDialogAccepted: true,
        hasCompletedProjectOnboarding: true,
        projectOnboardingSeenCount: 4,
        allowedTools: [],
      },
    },
  };
  writeFileSync(join(userHome, '.claude.json'), JSON.stringify(state));
}
