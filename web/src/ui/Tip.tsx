import { Tooltip } from "@mantine/core";
import {
  cloneElement,
  type FocusEvent,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
  useRef,
  useState,
} from "react";

/** What a tip needs of what it is about. */
interface Told {
  ref?: Ref<HTMLElement>;
  onPointerEnter?: () => void;
  onPointerLeave?: () => void;
  onFocus?: (event: FocusEvent<HTMLElement>) => void;
  onBlur?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

interface TipProps {
  /** What it says; a function where that takes work, which is done once the tip is sought. */
  label: string | (() => string);
  /** An element that takes a ref and has none of these handlers of its own. */
  children: ReactElement<unknown>;
}

/**
 * The name of something beside it while it is pointed at or has the focus. What shows it is made
 * when it is sought first: a page has many that never are.
 */
export function Tip({ label, children }: TipProps) {
  const target = useRef<HTMLElement>(null);
  const [state, setState] = useState<"new" | "open" | "closed">("new");
  const close = () => setState((before) => (before === "open" ? "closed" : before));
  const told: Told = {
    ref: target,
    onPointerEnter: () => setState("open"),
    onPointerLeave: close,
    onFocus: (event) => {
      if (event.currentTarget.matches(":focus-visible")) setState("open");
    },
    onBlur: close,
    onKeyDown: (event) => {
      if (event.key === "Escape") close();
    },
  };
  return (
    <>
      {cloneElement(children as ReactElement<Told>, told)}
      {state !== "new" && (
        <Tooltip
          label={typeof label === "string" ? label : label()}
          target={target}
          opened={state === "open"}
        />
      )}
    </>
  );
}
