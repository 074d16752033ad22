/** How to start the desktop again. */
export interface LoginCommand {
  program: string;
  args: readonly string[];
  /** Variables it needs. */
  variables: Readonly<Record<string, string>>;
}

/**
 * The text of `~/.config/autostart/relay.desktop`
 * (https://specifications.freedesktop.org/desktop-entry-spec/latest/).
 */
export function autostartEntry({ program, args, variables }: LoginCommand): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const words = assignments.length > 0 ? ['env', ...assignments, program] : [program];
  return `[Desktop Entry]
Type=Application
Name=Relay
Comment=Keeps Claude Code sessions moving
Exec=${[...words, ...args].map(quoted).join(' ')}
Terminal=false
`;
}

/** Two rules on top of each other: an argument is quoted first, then the whole value escaped. */
function quoted(word: string): string {
  const argument = word.replaceAll('%', '%%');
  if (/^[\w@+=:,./%-]+$/.test(argument)) return argument;
  const inQuotes = `"${argument.replaceAll(/(["`$\\])/g, '\\$1')}"`;
  return inQuotes.replaceAll('\\', '\\\\');
}
