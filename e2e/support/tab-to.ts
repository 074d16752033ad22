import { expect, type Locator } from 'playwright/test';

/** Goes on with Tab until the control has the focus, and the focus can be seen. */
export async function tabTo(control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  const hasFocus = () => control.evaluate((element) => element === document.activeElement);
  for (let tabs = 0; tabs < 80; tabs += 1) {
    if (await hasFocus()) {
      const isSeen = await control.evaluate((element) => {
        const { outlineStyle, boxShadow, borderColor } = getComputedStyle(element);
        return outlineStyle !== 'none' || boxShadow !== 'none' || borderColor !== '';
      });
      expect(isSeen, `the focus on ${control} can be seen`).toBe(true);
      return;
    }
    await control.page().keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${control}.`);
}
