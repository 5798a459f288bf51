import type { Locator } from 'playwright-core';

/** Somebody with a mouse and a keyboard, whose clicks and typed texts are counted. */
export class Person {
  clicks = 0;
  typed = 0;

  async click(what: Locator): Promise<void> {
    this.clicks += 1;
    await what.click();
  }

  /** Key by key. Into a field that has the focus, or else with the click that it takes to get there. */
  async type(where: Locator, text: string): Promise<void> {
    this.typed += 1;
    if (!(await where.evaluate('(element) => element === document.activeElement'))) await this.click(where);
    await where.pressSequentially(text);
  }

  /** Opens a select, and takes one of its options. */
  async choose(select: Locator, label: string): Promise<void> {
    this.clicks += 2;
    await select.selectOption({ label });
  }
}
