import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";

export type PartsThere<Name extends string> = Readonly<
  Partial<Record<Name, (() => ReactNode) | null>>
>;

interface PartsProps<Name extends string> {
  /** The parts that there are, in order, and what draws each. */
  parts: PartsThere<Name>;
  titles: Readonly<Record<Name, string>>;
  /** The part that the address names; the first one where it names none that is there. */
  chosen: Name | undefined;
  choose: (name: Name) => void;
  /** What stands between the tabs and the part. */
  note?: ReactNode;
}

/** The parts of a page as tabs; only the open one is drawn, so that only it asks the server. */
export function Parts<Name extends string>(props: PartsProps<Name>) {
  const { parts, titles, chosen, choose, note } = props;
  const names = (Object.keys(parts) as Name[]).filter((name) => parts[name]);
  const shown = names.find((name) => name === chosen) ?? names[0];
  return (
    <Tabs value={shown ?? null} keepMounted={false} onChange={(name) => choose(name as Name)}>
      <Tabs.List mb="sm">
        {names.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {titles[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {note}
      {names.map((name) => (
        <Tabs.Panel key={name} value={name}>
          {name === shown && parts[name]?.()}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
