import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type SettingDefinition, settingDefinitions } from '#shared/settings.ts';

const path = fileURLToPath(import.meta.resolve('../../../../docs/settings.md'));

const introduction = `# Settings

Everything in \`config.yaml\`, in the home (\`RELAY_HOME\`, or \`~/.relay\`). Edits take effect while Relay
runs. A variable of the environment wins over the same variable in \`.env\`, which wins over
\`config.yaml\`. A value that cannot be used is reported by \`relay doctor\` and in the settings view; the
last good one stays, and Relay goes on. Unknown keys are kept and reported.

Secrets never stand here but in \`.env\` (mode 0600), the environment or the desktop's keychain: \`ANTHROPIC_API_KEY\`, or
\`ANTHROPIC_AUTH_TOKEN\` for a gateway; \`RELAY_NTFY_TOPIC\`, made on first run; \`RELAY_NTFY_TOKEN\` for an
ntfy server with access control. \`ANTHROPIC_BASE_URL\` is another name of \`RELAY_SUPERVISOR_BASE_URL\`.

The supervisor's standing instructions are \`supervisor.md\`, in the same folder.

This page is made from the settings themselves: \`npx vitest run --project unit settings-document -u\`.
`;

function entry({ path, description, defaultValue, allowed, variable }: SettingDefinition): string {
  const value = stringify(defaultValue).trimEnd();
  const facts = [`Default \`${value}\`; ${allowed}.`, variable ? `Variable \`${variable}\`.` : ''];
  return `### ${path}\n\n${description}\n${facts.join(' ').trimEnd()}\n`;
}

it('docs/settings.md says all there is to say about every setting', async () => {
  const sections = Map.groupBy(settingDefinitions, ({ section }) => section);
  const chapters = [...sections].map(([section, definitions]) => {
    const heading = section === null ? 'At the top of the file' : section;
    return `## ${heading}\n\n${definitions.map(entry).join('\n')}`;
  });
  await expect([introduction, ...chapters].join('\n')).toMatchFileSnapshot(path);
});
