import { useEffect, useRef } from "react";

/** A ref of what people just asked for: it is brought into sight where it is out of sight. */
export function useReveal<Node extends HTMLElement>() {
  const node = useRef<Node>(null);
  useEffect(() => {
    node.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return node;
}
