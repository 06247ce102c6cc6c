// Where a place is, as people paste it: two numbers, or the address of a map.

export interface Coordinates {
  latitude: number;
  longitude: number;
}

const NUMBER = String.raw`-?\d{1,3}(?:\.\d+)?`;
/** In the order in which they are tried: a map's address has the place first in its marker, then in its middle. */
const FORMS = [
  new RegExp(String.raw`mlat=(${NUMBER})&mlon=(${NUMBER})`),
  new RegExp(String.raw`!3d(${NUMBER})!4d(${NUMBER})`),
  new RegExp(String.raw`[?&](?:q|query|ll|daddr|destination)=(?:loc:)?(${NUMBER}),(${NUMBER})`),
  new RegExp(String.raw`@(${NUMBER}),(${NUMBER})`),
  new RegExp(String.raw`#map=\d+(?:\.\d+)?/(${NUMBER})/(${NUMBER})`),
  new RegExp(String.raw`^geo:(${NUMBER}),(${NUMBER})`),
  new RegExp(String.raw`^(${NUMBER})\s*[,; ]\s*(${NUMBER})$`),
];

/** null where nothing in it is a place on earth. */
export function coordinatesIn(pasted: string): Coordinates | null {
  const text = pasted.trim().replaceAll("%2C", ",").replaceAll("%2c", ",");
  for (const form of FORMS) {
    const found = form.exec(text);
    if (!found) continue;
    const [latitude, longitude] = [Number(found[1]), Number(found[2])];
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  }
  return null;
}
