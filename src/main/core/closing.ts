/** What has to be closed, in the order in which it was opened. */
export type Closing = (() => unknown)[];

/** In reverse; one that fails (a full disk) keeps no other from being closed. */
export async function closeAll(closing: Closing): Promise<void> {
  for (let close = closing.pop(); close; close = closing.pop()) {
    try {
      await close();
    } catch {
      // What it leaves undone, the next start finds and does.
    }
  }
}
