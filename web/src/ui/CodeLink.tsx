import { Anchor, Text } from "@mantine/core";
import type { components } from "@/api/schema";

/** Where the code of a job is: a link where it is on the web, the words where it is not. */
export function CodeLink({ code }: { code: components["schemas"]["JobCode"] }) {
  const place = code.path ?? code.url ?? code.repository;
  const at = [code.branch, code.version].filter((word) => word !== null).join(" ");
  const isOnWeb = code.url !== null && /^https?:\/\//.test(code.url);
  return (
    <>
      {isOnWeb ? (
        <Anchor inherit href={code.url ?? undefined} target="_blank" rel="noreferrer noopener">
          {place}
        </Anchor>
      ) : (
        <Text span inherit title={code.url ?? undefined}>
          {place}
        </Text>
      )}
      {at && (
        <Text span size="xs" c="dimmed">
          {" "}
          {at}
        </Text>
      )}
    </>
  );
}
