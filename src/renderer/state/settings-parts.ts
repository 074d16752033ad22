import type { SettingPath } from '#shared/settings.ts';
import type { words } from '../words.ts';

export type SettingsPart = keyof typeof words.settings.parts;

/** In which part of the settings view each section of config.yaml is. */
const partsBySection: Record<string, SettingsPart> = {
  supervisor: 'supervisor',
  prices: 'supervisor',
  conversation: 'conversation',
  autonomy: 'autonomy',
  escalation: 'autonomy',
  drives: 'autonomy',
  budget: 'budget',
  guards: 'budget',
  claudeCode: 'claudeCode',
  tools: 'tools',
  ntfy: 'notifications',
  desktop: 'appearance',
  faults: 'faults',
  logs: 'data',
};

export function settingsPartOf(path: SettingPath): SettingsPart {
  if (path === 'desktop.notifications') return 'notifications';
  return partsBySection[path.split('.')[0] ?? ''] ?? 'data';
}
