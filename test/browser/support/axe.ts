import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** WCAG 2.2, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

/** Whoever looks at the page in its present state by means of a screen reader, or without colours, misses nothing. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Without frames in the page the mode that knows them only costs another page.
  const { violations, passes } = await new AxeBuilder({ page }).withTags(TAGS).setLegacyMode().analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary ?? ''}`),
  }));
  expect(found, `${what}: ${violations.map(({ id }) => id).join(', ')}`).toEqual([]);
  expect(passes.length, `${what}: something was looked at`).toBeGreaterThan(0);
}
