import { api } from "../api.js";
import type { Guide } from "../channel/types.js";

/** More are shown by Meta's id: nobody should wait for a hundred answers to see a list. */
const MOST = 20;

/** "+1 555-010-0000" for each phone number id of which Meta told it; never fails, for ids can be read too. */
export async function namesOf(numbers: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  await Promise.all(numbers.slice(0, MOST).map(async (number) => {
    try {
      const { facts } = await api.get<Guide>("/guide", { query: { number } });
      const name = facts.display_phone_number ?? facts.verified_name;
      if (name) names.set(number, name);
    } catch {
      // The id stands there instead.
    }
  }));
  return names;
}
