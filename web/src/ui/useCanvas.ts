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
    // The colours of the page follow its attribute, which is set after this.
    const again = () => draw(drawn, scheme);
    const frame = requestAnimationFrame(again);
    const observer = new ResizeObserver(again);
    observer.observe(drawn);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [draw, scheme]);
  return canvas;
}
