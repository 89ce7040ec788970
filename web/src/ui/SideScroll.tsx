import { type ReactNode, useEffect, useRef, useState } from "react";
import { texts } from "@/texts";

interface SideScrollProps {
  /** What scrolls, for people who cannot see it. */
  label: string;
  children: ReactNode;
}

/** Scrolls by itself what is wider than the page; a stop for the Tab key only while it does. */
export function SideScroll({ label, children }: SideScrollProps) {
  const box = useRef<HTMLElement>(null);
  const [isWider, setWider] = useState(false);
  useEffect(() => {
    const node = box.current;
    if (node === null) return;
    const look = () => setWider(node.scrollWidth > node.clientWidth);
    const watching = new ResizeObserver(look);
    watching.observe(node);
    if (node.firstElementChild) watching.observe(node.firstElementChild);
    return () => watching.disconnect();
  }, []);
  const reach = isWider ? { tabIndex: 0, "aria-label": texts.shared.scrolls(label) } : {};
  return (
    <section ref={box} style={{ overflowX: "auto", maxWidth: "100%" }} {...reach}>
      {children}
    </section>
  );
}
