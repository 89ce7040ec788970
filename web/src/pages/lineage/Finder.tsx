import { Combobox, Loader, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { nodeId } from "@/api/node";
import { findNodes } from "@/graph/find";
import { texts } from "@/texts";
import type { Moves } from "./moves";
import { useFound } from "./questions";
import type { Drawing } from "./useDrawing";

const said = texts.lineage;
const WAIT_MILLISECONDS = 200;

interface FinderProps {
  drawing: Drawing;
  moves: Moves;
  fly: (id: string) => void;
}

/** Find a node: what is drawn is flown to, what is not becomes the start of a new graph. */
export function Finder({ drawing, moves, fly }: FinderProps) {
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words, WAIT_MILLISECONDS);
  const found = useFound(asked);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const drawn = findNodes(drawing.graph?.nodes ?? [], words);
  const isDrawn = new Set(drawn.map((node) => node.id));
  const others = (words.trim() ? (found.data?.hits ?? []) : [])
    .map((hit) => ({ ...hit, id: nodeId(hit.kind, hit.namespace, hit.name) }))
    .filter((hit) => !isDrawn.has(hit.id));
  const go = (id: string) => {
    setWords("");
    combobox.closeDropdown();
    if (drawing.graph?.nodes.some((node) => node.id === id)) {
      moves.change({ selected: id, path: undefined }, true);
      fly(id);
    } else {
      moves.change({ node: id, selected: id, open: undefined, path: undefined, column: undefined });
    }
  };
  const isOver = asked === words && !found.isFetching;
  return (
    <Combobox store={combobox} onOptionSubmit={go} withinPortal position="bottom-start">
      <Combobox.Target>
        <TextInput
          type="search"
          size="xs"
          w={260}
          maw="100%"
          value={words}
          placeholder={said.find}
          aria-label={said.find}
          leftSection={<IconSearch size={15} />}
          rightSection={found.isFetching ? <Loader size={14} /> : null}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            combobox.openDropdown();
            combobox.selectFirstOption();
          }}
          onFocus={() => words && combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!words.trim()}>
        <Combobox.Options mah={340} style={{ overflowY: "auto" }}>
          {drawn.length > 0 && (
            <Combobox.Group label={said.findDrawn}>
              {drawn.map((node) => (
                <Hit key={node.id} id={node.id} kind={node.kind} node={node} />
              ))}
            </Combobox.Group>
          )}
          {others.length > 0 && (
            <Combobox.Group label={said.findLake}>
              {others.map((hit) => (
                <Hit key={hit.id} id={hit.id} kind={hit.kind} node={hit} />
              ))}
            </Combobox.Group>
          )}
          {drawn.length + others.length === 0 && isOver && (
            <Combobox.Empty>{said.findNothing}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

interface HitProps {
  id: string;
  kind: "dataset" | "job" | "group";
  node: { namespace: string; name: string };
}

function Hit({ id, kind, node }: HitProps) {
  return (
    <Combobox.Option value={id}>
      {node.name || node.namespace}{" "}
      <span style={{ color: "var(--hw-text-soft)", fontSize: 12 }}>
        {said.kinds[kind]} · {node.namespace}
      </span>
    </Combobox.Option>
  );
}
