export const COLOURS = 6;
export const PATTERNS = 5;

/** How a service is drawn, as numbers: neither its colour nor its pattern alone tells it apart. */
export interface Mark {
  colour: number;
  pattern: number;
}

/**
 * What gives each service its mark. The colour follows from its name alone, so that it is the same wherever
 * the service is met; so does the pattern, unless another of these services has both already.
 */
export function marksOf(services: readonly string[]): (service: string) => Mark {
  const taken = new Set<string>();
  const marks = new Map<string, Mark>();
  for (const name of [...services].sort()) {
    const { colour, pattern: usual } = markOf(name);
    let pattern = usual;
    for (let tried = 1; tried < PATTERNS && taken.has(`${colour} ${pattern}`); tried += 1) {
      pattern = (pattern + 1) % PATTERNS;
    }
    taken.add(`${colour} ${pattern}`);
    marks.set(name, { colour, pattern });
  }
  return (name) => marks.get(name) ?? markOf(name);
}

function markOf(name: string): Mark {
  const number = hashOf(name);
  return { colour: number % COLOURS, pattern: Math.floor(number / COLOURS) % PATTERNS };
}

/** FNV-1a of 32 bits, with its bits mixed once more: names differ in their last letter. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
