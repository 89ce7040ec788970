import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { uiPath } from "@/api/place";
import { readHomeSearch } from "@/pages/home/address";
import { readLineageSearch } from "@/pages/lineage/address";
import { readTablesSearch } from "@/pages/tables/address";
import { Crashed } from "./Crashed";
import { rootRoute } from "./root";

/*
 * An address for each page, and what its page reads out of the query of the address. A page is
 * loaded when it is opened; what its address means is in `pages/NAME/address.ts`, so that others
 * can link to it without loading it.
 */
const home = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: readHomeSearch,
  component: lazyRouteComponent(() => import("@/pages/home/HomePage"), "HomePage"),
});

const tables = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tables",
  validateSearch: readTablesSearch,
  component: lazyRouteComponent(() => import("@/pages/tables/TablesPage"), "TablesPage"),
});

const lineage = createRoute({
  getParentRoute: () => rootRoute,
  path: "/lineage",
  validateSearch: readLineageSearch,
  component: lazyRouteComponent(() => import("@/pages/lineage/LineagePage"), "LineagePage"),
});

const routes = rootRoute.addChildren([home, lineage, tables]);

export function createPages() {
  return createRouter({
    routeTree: routes,
    basepath: uiPath,
    defaultPreload: "intent",
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
