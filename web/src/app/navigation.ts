import {
  IconBinaryTree2,
  IconDatabase,
  IconHome,
  IconPlayerPlay,
  type IconProps,
  IconTimeline,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

/** A page in the navigation. A capability brings its own line here and its route in `router.tsx`. */
export interface PageLink {
  to: string;
  title: string;
  icon: ComponentType<IconProps>;
}

export const pageLinks: readonly PageLink[] = [
  { to: "/", title: "Home", icon: IconHome },
  { to: "/lineage", title: "Lineage", icon: IconBinaryTree2 },
  { to: "/tables", title: "Tables", icon: IconDatabase },
  { to: "/traces", title: "Traces", icon: IconTimeline },
  { to: "/jobs", title: "Jobs", icon: IconSettingsAutomation },
  { to: "/runs", title: "Runs", icon: IconPlayerPlay },
];
