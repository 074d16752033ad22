/** What a tool's programs must not see: keys, and what would have them talk to Relay itself. */
const hidden =
  /^(?:ANTHROPIC_|RELAY_|CLAUDE|ELECTRON_|NODE_OPTIONS$)|(?:API_?KEY|AUTH_?TOKEN|SECRET|PASSWORD)/i;

/** The environment of the programs that tools run: Relay's own without secrets, nothing interactive. */
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !hidden.test(name));
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LANG: 'C.UTF-8',
    ...Object.fromEntries(kept),
    TERM: 'dumb',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  };
}
