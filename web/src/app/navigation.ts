import {
  IconBinaryTree2,
  IconDatabase,
  IconDatabaseImport,
  IconHome,
  IconListDetails,
  IconPlayerPlay,
  type IconProps,
  IconSettingsAutomation,
  IconSql,
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
  { to: "/sql", title: "SQL", icon: IconSql },
  { to: "/jobs", title: "Jobs", icon: IconSettingsAutomation },
  { to: "/runs", title: "Runs", icon: IconPlayerPlay },
  { to: "/traces", title: "Traces", icon: IconTimeline },
  { to: "/ingest", title: "Ingest", icon: IconDatabaseImport },
  { to: "/events", title: "Events", icon: IconListDetails },
];
