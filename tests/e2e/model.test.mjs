// A model behind the chat completions API answers in the phone page, and sees what was said before.

import { after, before, describe, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { freshPhone, simulatorUrl } from './support.mjs';

describe('a model as the agent', () => {
  let browser;
  before(async () => { browser = await openBrowser({ viewport: { width: 1100, height: 800 } }); });
  after(() => browser.close());

  test('answers in the phone page with the history in view', async () => {
    // A page of its own: going to another person in the same one could take the words with the one before.
    const page = await browser.context.newPage();
    await page.goto(`${simulatorUrl()}/#${freshPhone()}`);
    const say = async (text) => {
      await page.getByRole('textbox', { name: /^Message to/ }).fill(text);
      await page.keyboard.press('Enter');
    };
    const answer = (text) => page.locator('phone-bubble .row.business', { hasText: text }).waitFor();
    await say('good morning');
    await answer('You wrote 1 message(s), the last one: good morning');
    await say('and goodbye');
    await answer('You wrote 2 message(s), the last one: and goodbye');
  });

  test('is read in the styles of WhatsApp, whose markers nobody sees', async () => {
    const page = await browser.context.newPage();
    await page.goto(`${simulatorUrl()}/#${freshPhone()}`);
    await page.getByRole('textbox', { name: /^Message to/ }).fill('**bold** and `code`, \\*no style\\*');
    await page.keyboard.press('Enter');
    const answer = page.locator('phone-bubble .row.business', { hasText: 'the last one: bold and code' });
    await answer.locator('b', { hasText: /^bold$/ }).waitFor();
    await answer.locator('code', { hasText: /^code$/ }).waitFor();
    await answer.getByText(/\*\u200A?no style\*/).waitFor();
  });
});
