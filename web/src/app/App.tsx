import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { styleNonce } from "@/theme/nonce";
import { leadToTokens, theme } from "@/theme/theme";
import { createQueries } from "./queries";
import { createPages } from "./router";

const queries = createQueries();
const pages = createPages();

/** Everything that pages stand in: colours, questions, addresses. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={leadToTokens}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" portalProps={{ target: document.body }} />
        <RouterProvider router={pages} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
