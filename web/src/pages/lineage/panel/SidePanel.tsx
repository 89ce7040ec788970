import { Button, CloseButton, Group } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { texts } from "@/texts";
import classes from "../LineagePage.module.css";
import type { Actions, Moves } from "../moves";
import type { Drawing } from "../useDrawing";
import { CausePanel } from "./CausePanel";
import { ChangesPanel } from "./ChangesPanel";
import { ImpactPanel } from "./ImpactPanel";
import { NodePanel } from "./NodePanel";

const said = texts.lineage;

export interface PanelProps {
  drawing: Drawing;
  moves: Moves;
  actions: Actions;
  fly: (id: string) => void;
}

/** Beside the graph: the answer to the question that is asked, and what the chosen card is. */
export function SidePanel(props: PanelProps) {
  const { search, change } = props.moves;
  const node = props.drawing.graph?.nodes.find((one) => one.id === search.selected);
  return (
    <div className={classes.side}>
      <aside id="lineage-panel" tabIndex={-1} className={classes.panel} aria-label={said.panel}>
        <Group justify="flex-end" h={0}>
          <CloseButton
            size="sm"
            aria-label={said.closePanel}
            onClick={() =>
              node ? change({ selected: undefined, path: undefined }) : change({ mode: undefined })
            }
          />
        </Group>
        {node && search.mode && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconArrowLeft size={14} />}
            onClick={() => change({ selected: undefined, path: undefined })}
          >
            {said[search.mode]}
          </Button>
        )}
        {node ? (
          <NodePanel {...props} node={node} />
        ) : (
          <>
            {search.mode === "impact" && <ImpactPanel {...props} />}
            {search.mode === "cause" && <CausePanel {...props} />}
            {search.mode === "changes" && <ChangesPanel {...props} />}
          </>
        )}
      </aside>
    </div>
  );
}
