import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { DESKTOP, PHONE } from './windows.js';

/**
 * Expects that axe finds nothing wrong, on a phone and a desk, in light and dark. The colour scheme changes nothing but
 * colours, so only the contrast is checked again in dark.
 */
export async function findsNothing(page: Page, state: string): Promise<void> {
  for (const viewport of [PHONE, DESKTOP]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // The page has no frames. Axe's other mode opens a second page for each run, to join the results of frames.
      const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
      if (colorScheme === 'dark') axe.withRules('color-contrast');
      const { violations, passes } = await axe.analyze();
      const found = violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) }));
      expect({ state, colorScheme, width: viewport.width, found }).toMatchObject({ found: [] });
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
    }
  }
}
