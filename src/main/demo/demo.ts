// Placeholder so that the build works until the demo's own file stands here; not committed.
export async function runDemo(_options: Record<string, never>): Promise<number> {
  return 1;
}
