/** A path as people write it: `~` for their own folder. What is copied is the whole. */
export function shortPath(path: string, userHome: string): string {
  const home = userHome.replace(/[\\/]+$/, '');
  if (home === '' || !path.startsWith(home)) return path;
  const rest = path.slice(home.length);
  return rest === '' || /^[\\/]/.test(rest) ? `~${rest}` : path;
}
