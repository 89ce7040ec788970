import classes from "./badge.module.css";

interface TagBadgeProps {
  size?: "xs" | "sm" | "md";
  children: string;
}

/** A tag of somebody: a word of theirs, which is told from ours by its frame. */
export function TagBadge({ size = "md", children }: TagBadgeProps) {
  return (
    <span className={`${classes.badge} ${classes.tag}`} data-size={size}>
      {children}
    </span>
  );
}
