import { useReactFlow, useStore, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { type Box, boundsOf } from "@/graph/positions";
import type { CardNode } from "./Card";
import type { GraphCanvasProps } from "./GraphCanvas";

const MARGIN = 28;
const LEAST_READABLE = 0.66;
const FLIGHT_MILLISECONDS = 350;

/** What was looked at before. */
interface Seen {
  start: string | null;
  mode: string | undefined;
  boxes: ReadonlyMap<string, Box>;
}

/**
 * What is in sight: all of a graph that fits and can be read, else its start; when a graph grows,
 * the card that was clicked stays where it was.
 */
export function useSight({ layout, drawing, selected, mode, flight }: GraphCanvasProps) {
  const flow = useReactFlow<CardNode>();
  const store = useStoreApi();
  const isMeasured = useStore((state) => state.width > 0 && state.height > 0);
  const before = useRef<Seen | null>(null);
  const flown = useRef(0);

  const place = useCallback(
    (box: Box, zoom: number, { duration = 0, at = 0.5 } = {}) => {
      const { width, height } = store.getState();
      const room = width - 2 * MARGIN - box.width * zoom;
      const x = MARGIN + at * room - box.x * zoom;
      const y = height / 2 - (box.y + box.height / 2) * zoom;
      void flow.setViewport({ x, y, zoom }, { duration });
    },
    [flow, store],
  );

  const zoomFor = useCallback(
    (bounds: Box) => {
      const { width, height } = store.getState();
      const room = Math.min(
        (width - 2 * MARGIN) / bounds.width,
        (height - 2 * MARGIN) / bounds.height,
      );
      return Math.max(0.05, Math.min(1, room));
    },
    [store],
  );

  const fit = useCallback(() => {
    const bounds = boundsOf(layout.boxes.values());
    if (bounds) place(bounds, zoomFor(bounds), { duration: FLIGHT_MILLISECONDS });
  }, [layout, place, zoomFor]);

  const show = useCallback(
    (id: string) => {
      const box = layout.boxes.get(id);
      if (!box) return;
      const { width, height, transform } = store.getState();
      const [x, y, zoom] = transform;
      const left = box.x * zoom + x;
      const top = box.y * zoom + y;
      const isThere =
        left >= 0 &&
        top >= 0 &&
        left + box.width * zoom <= width &&
        top + box.height * zoom <= height;
      if (!isThere) place(box, zoom, { duration: FLIGHT_MILLISECONDS });
    },
    [layout, store, place],
  );

  useLayoutEffect(() => {
    if (!isMeasured) return undefined;
    const held = before.current;
    if (held?.boxes === layout.boxes) return undefined;
    before.current = { start: drawing.start, mode, boxes: layout.boxes };
    const anchor = [selected, drawing.start].find(
      (id) => id && held?.boxes.has(id) && layout.boxes.has(id),
    );
    if (held && held.start === drawing.start && held.mode === mode && anchor) {
      const old = held.boxes.get(anchor) as Box;
      const now = layout.boxes.get(anchor) as Box;
      const { x, y, zoom } = flow.getViewport();
      void flow.setViewport({ x: x + (old.x - now.x) * zoom, y: y + (old.y - now.y) * zoom, zoom });
      const later = requestAnimationFrame(() => show(anchor));
      return () => cancelAnimationFrame(later);
    }
    const bounds = boundsOf(layout.boxes.values());
    if (!bounds) return undefined;
    const zoom = zoomFor(bounds);
    const [focus] = [selected, drawing.start].flatMap((id) => (id && layout.boxes.get(id)) || []);
    if (zoom >= LEAST_READABLE || !focus) place(bounds, zoom);
    else place(focus, Math.max(zoom, LEAST_READABLE), { at: sideOf(focus, bounds) });
    return undefined;
  }, [isMeasured, layout, drawing.start, selected, mode, flow, place, show, zoomFor]);

  // A panel that opens must not cover the card that it is about.
  const width = useStore((state) => state.width);
  const widthBefore = useRef(width);
  useEffect(() => {
    if (widthBefore.current > 0 && width < widthBefore.current && selected) show(selected);
    widthBefore.current = width;
  }, [width, selected, show]);

  useEffect(() => {
    if (!flight || flight.at === flown.current) return;
    const box = layout.boxes.get(flight.id);
    if (!box) return;
    flown.current = flight.at;
    place(box, Math.max(0.8, flow.getZoom()), { duration: FLIGHT_MILLISECONDS });
  }, [flight, layout, place, flow]);

  const start = drawing.start;
  const startBox = start ? layout.boxes.get(start) : undefined;
  const toStart = startBox
    ? () =>
        place(startBox, Math.max(LEAST_READABLE, flow.getZoom()), {
          duration: FLIGHT_MILLISECONDS,
        })
    : null;
  return { fit, show, toStart };
}

/** Where a card of a wide graph stands: what is left of everything stands at the left. */
function sideOf(card: Box, bounds: Box): number {
  const room = bounds.width - card.width;
  return room > 0 ? (card.x - bounds.x) / room : 0.5;
}
