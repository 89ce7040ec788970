import { useComputedColorScheme } from "@mantine/core";
import { type RefObject, useEffect, useRef } from "react";

/** A canvas that is drawn again when its size, the colours, or what is drawn changes. */
export function useCanvas(
  draw: (canvas: HTMLCanvasElement, scheme: "light" | "dark") => void,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    const drawn = canvas.current;
    if (!drawn) return;
    // It is told of the first size too, in the next frame; the colours of the page follow its
    // attribute, which is set before that.
    const observer = new ResizeObserver(() => draw(drawn, scheme));
    observer.observe(drawn);
    return () => observer.disconnect();
  }, [draw, scheme]);
  return canvas;
}
