import { createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { uiPath } from "@/api/place";
import { readTablesSearch } from "@/pages/tables/address";
import { Crashed } from "./Crashed";
import { rootRoute } from "./root";

/*
 * An address for each page, and what its page reads out of the query of the address. A page is
 * loaded when it is opened; what its address means is in `pages/NAME/address.ts`, so that others
 * can link to it without loading it.
 */
const tables = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tables",
  validateSearch: readTablesSearch,
  component: lazyRouteComponent(() => import("@/pages/tables/TablesPage"), "TablesPage"),
});

const routes = rootRoute.addChildren([tables]);

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
