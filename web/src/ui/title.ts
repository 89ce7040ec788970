import { useEffect } from "react";
import { texts } from "@/texts";

/** Name the window after what it shows. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${texts.shell.name}`;
  }, [title]);
}
