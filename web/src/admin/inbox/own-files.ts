// Files that were sent from this page: they are here already, and need not be asked for.

/** The newest of them; older ones are asked for like others. */
const MOST = 30;
const kept = new Map<string, string>();

/** `url` is a blob's address; it is given back when others push it out. */
export function keepOwnFile(id: string, url: string): void {
  kept.set(id, url);
  for (const [oldest, address] of kept) {
    if (kept.size <= MOST) return;
    kept.delete(oldest);
    URL.revokeObjectURL(address);
  }
}

/** Its address on this page; undefined where it has to be asked for. */
export const ownFile = (id: string): string | undefined => kept.get(id);
