import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";

interface PartsProps<Name extends string> {
  /** The parts that there are, in order. */
  names: readonly Name[];
  titles: Readonly<Record<Name, string>>;
  /** The part that the address names; the first one where it names none that is there. */
  chosen: Name | undefined;
  choose: (name: Name) => void;
  /** What stands between the tabs and the part. */
  note?: ReactNode;
  children: (name: Name) => ReactNode;
}

/** The parts of a page as tabs; only the open one is drawn, so that only it asks the server. */
export function Parts<Name extends string>(props: PartsProps<Name>) {
  const { names, titles, chosen, choose, note, children } = props;
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
          {name === shown && children(name)}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
