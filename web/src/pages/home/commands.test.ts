import { expect, test } from "vitest";
import { firstCommands } from "./commands";

test("the first commands name this server and are JSON once the shell has filled them in", () => {
  const commands = firstCommands("https://lake.example/prefix");
  expect(commands.record).toContain("curl https://lake.example/prefix/ingest/sensors");
  expect(commands.event).toContain("curl https://lake.example/prefix/api/v1/lineage");
  expect(commands.span).toContain("curl https://lake.example/prefix/v1/traces");
  for (const command of Object.values(commands)) {
    const body = command.slice(command.indexOf("-d '") + 4, -1);
    const filled = body.replace(/'"\$\([^)]*\)\d*"'/g, "made");
    expect(() => JSON.parse(filled)).not.toThrow();
    expect(filled).not.toContain("'");
  }
});
