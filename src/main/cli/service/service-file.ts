/** How the system starts `relay run` for its user. */
export interface ServiceCommand {
  /** The `relay` command, absolute. */
  commandPath: string;
  /** Variables it is to have; where the home is, for one. */
  variables: Readonly<Record<string, string>>;
}

/** Only a file with this line is ever replaced or removed. */
const mark = 'Written by relay service install; relay service uninstall removes it.';

export const isOwnServiceFile = (text: string): boolean => text.includes(mark);

/**
 * A systemd user unit. It starts again after a crash, but not for ever, since a home that another
 * relay holds does not become free by trying.
 */
export function systemdUnit({ commandPath, variables }: ServiceCommand): string {
  const environment = Object.entries(variables)
    .map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}\n`)
    .join('');
  return `# ${mark}
[Unit]
Description=Relay keeps Claude Code sessions moving
StartLimitIntervalSec=60
StartLimitBurst=10

[Service]
ExecStart=${unitWord(commandPath)} run
${environment}Restart=on-failure
RestartSec=2
TimeoutStopSec=30

[Install]
WantedBy=default.target
`;
}

/** `%` begins a specifier and `$` a variable (systemd.service(5), systemd.unit(5)). */
function unitWord(word: string): string {
  const escaped = word.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}

export const launchdLabel = 'relay.headless';

/** A launchd agent; started again unless it ended well. */
export function launchdAgent({ commandPath, variables }: ServiceCommand): string {
  const environment = Object.entries(variables)
    .map(([name, value]) => `    <key>${xml(name)}</key><string>${xml(value)}</string>\n`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${mark} -->
<plist version="1.0">
<dict>
  <key>Label</key><string>${launchdLabel}</string>
  <key>ProgramArguments</key>
  <array><string>${xml(commandPath)}</string><string>run</string></array>
  <key>EnvironmentVariables</key>
  <dict>
${environment}  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ThrottleInterval</key><integer>5</integer>
</dict>
</plist>
`;
}

const xml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
