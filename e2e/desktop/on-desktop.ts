import { test } from 'playwright/test';
import { type DesktopSession, firstStartMs, startDesktopSession, whyNoRig } from './rig.ts';

export interface Desk {
  /** There from the first hook on. */
  readonly session: DesktopSession;
  /** Waits until what is looked for is there; `what` says it where it never comes. */
  wait<T>(
    look: () => T | Promise<T>,
    what: string,
  ): Promise<NonNullable<Exclude<T, false | 0 | ''>>>;
  /** Waits until the tray says so. */
  tooltip(matches: RegExp): Promise<unknown>;
}

/** A desktop for the specs of one `describe`, ended after them; where there can be none, they are
 * skipped, and say why. */
export function onDesktop(): Desk {
  test.skip(whyNoRig() !== undefined, whyNoRig());
  let opened: DesktopSession | undefined;
  test.beforeAll(async () => {
    test.setTimeout(firstStartMs);
    opened = await startDesktopSession();
  });
  test.afterAll(() => opened?.end());

  const desk: Desk = {
    get session() {
      if (!opened) throw new Error('the desktop is started by a hook');
      return opened;
    },
    wait: (look, what) => desk.session.probe.waitFor(look, { what, timeout: 20_000 }),
    tooltip: (matches) =>
      desk.wait(
        async () => matches.test((await desk.session.probe.listTrayItems())[0]?.tooltip ?? ''),
        `the tooltip ${matches}`,
      ),
  };
  return desk;
}
