// Takes the pictures of README. `node run.mjs demo BUILD_FOLDER screenshot.mjs` writes docs/images/.

import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './browser.mjs';
import { control, simulatorUrl } from './support.mjs';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const person = '4915550000042';

test('the phone page, as README shows it', async () => {
  await control()('PUT', `/_sim/phones/${person}`, { name: 'Maria K.' });
  const browser = await openBrowser({ viewport: { width: 1120, height: 700 }, colorScheme: 'light' });
  try {
    const { page } = browser;
    await page.goto(`${simulatorUrl()}/#${person}`);
    for (const text of ['Good morning! Are you open today?', 'And where is my order?']) {
      await page.getByRole('textbox', { name: /^Message to/ }).fill(text);
      await page.keyboard.press('Enter');
      await page.locator('.row.business[data-status=read]', { hasText: text }).waitFor();
    }
    const row = page.locator('phone-bubble .row.person', { hasText: 'where is my order' });
    await row.hover();
    await row.getByRole('button', { name: /went over the wire/ }).click();
    await page.locator('phone-wire pre').first().waitFor();
    await page.screenshot({ animations: 'disabled', path: `${images}phone.png` });
  } finally {
    await browser.close();
  }
});
