import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense, useEffect, useState } from "react";
import { styleNonce } from "@/theme/nonce";
import { leadToTokens, theme } from "@/theme/theme";
import { createQueries } from "./queries";
import { createPages } from "./router";

const queries = createQueries();
const pages = createPages();

const Notices = lazy<ComponentType>(() =>
  import("./Notices").then(
    ({ Notices }) => ({ default: Notices }),
    // Without them the pages are what they are; the server may just have gone.
    () => ({ default: () => null }),
  ),
);
const LATER_MILLISECONDS = 1_500;

/** What no page needs to be there; what is told before is shown then. */
function Later() {
  const [isTime, setTime] = useState(false);
  useEffect(() => {
    const waiting = setTimeout(() => setTime(true), LATER_MILLISECONDS);
    return () => clearTimeout(waiting);
  }, []);
  return <Suspense>{isTime && <Notices />}</Suspense>;
}

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
        <Later />
        <RouterProvider router={pages} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
