import { Notifications } from "@mantine/notifications";

/** Where what was done says how it went. */
export function Notices() {
  return <Notifications position="bottom-right" portalProps={{ target: document.body }} />;
}
