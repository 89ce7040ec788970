/** Who calls whom, and how often. */
export interface Call {
  parent: string;
  child: string;
  calls: number;
}

/** Where a box stands: its layer from the left and its place from the top. */
export interface Placed {
  name: string;
  layer: number;
  place: number;
}

const ROUNDS = 4;

/**
 * Put callers left of what they call. Of calls in a circle the one that closes it points back;
 * within a layer neighbours stand near what they are connected with.
 */
export function layersOf(names: readonly string[], calls: readonly Call[]): Placed[] {
  const all = [
    ...new Set([...names, ...calls.flatMap((call) => [call.parent, call.child])]),
  ].sort();
  const forward = withoutCircles(all, calls);
  const layer = longestPaths(all, forward);
  const count = Math.max(0, ...layer.values()) + 1;
  const layers: string[][] = Array.from({ length: count }, () => []);
  for (const name of all) layers[layer.get(name) ?? 0]?.push(name);
  straighten(layers, calls);
  return layers.flatMap((held, number) =>
    held.map((name, place) => ({ name, layer: number, place })),
  );
}

function withoutCircles(all: readonly string[], calls: readonly Call[]): Call[] {
  const outOf = new Map<string, Call[]>();
  for (const call of calls) {
    if (call.parent === call.child) continue;
    outOf.set(call.parent, [...(outOf.get(call.parent) ?? []), call]);
  }
  const isCalled = new Set(calls.map((call) => call.child));
  const state = new Map<string, "open" | "done">();
  const kept: Call[] = [];
  function visit(name: string): void {
    state.set(name, "open");
    for (const call of outOf.get(name) ?? []) {
      if (state.get(call.child) === "open") continue;
      kept.push(call);
      if (!state.has(call.child)) visit(call.child);
    }
    state.set(name, "done");
  }
  const callersFirst = [...all].sort((a, b) => Number(isCalled.has(a)) - Number(isCalled.has(b)));
  for (const name of callersFirst) if (!state.has(name)) visit(name);
  return kept;
}

function longestPaths(all: readonly string[], forward: readonly Call[]): Map<string, number> {
  const layer = new Map(all.map((name) => [name, 0]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { parent, child } of forward) {
      const least = (layer.get(parent) ?? 0) + 1;
      if ((layer.get(child) ?? 0) >= least) continue;
      layer.set(child, least);
      changed = true;
    }
  }
  return layer;
}

function straighten(layers: string[][], calls: readonly Call[]): void {
  const near = new Map<string, string[]>();
  for (const { parent, child } of calls) {
    near.set(parent, [...(near.get(parent) ?? []), child]);
    near.set(child, [...(near.get(child) ?? []), parent]);
  }
  const places = new Map<string, number>();
  const note = (held: readonly string[]) => {
    held.forEach((name, n) => {
      places.set(name, (n + 0.5) / held.length);
    });
  };
  layers.forEach(note);
  for (let round = 0; round < ROUNDS; round += 1) {
    const sweep = round % 2 === 0 ? layers : [...layers].reverse();
    for (const held of sweep.slice(1)) {
      const wanted = new Map(held.map((name) => [name, middleOf(name, near, places)]));
      held.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || a.localeCompare(b));
      note(held);
    }
  }
}

function middleOf(
  name: string,
  near: ReadonlyMap<string, readonly string[]>,
  places: ReadonlyMap<string, number>,
): number {
  const around = (near.get(name) ?? [name]).map((one) => places.get(one) ?? 0.5);
  return around.reduce((sum, one) => sum + one, 0) / around.length;
}
