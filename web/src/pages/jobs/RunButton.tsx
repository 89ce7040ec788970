import { Button, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Dialog } from "@/ui/Dialog";
import { StartPanel } from "./StartPanel";

const said = texts.jobs;

interface RunButtonProps {
  /** What is to be run, where that is one job or pipeline; all that can be, without it. */
  only?: { kind: "job" | "pipeline"; name: string };
}

/** Opens what can be run here; says so where the token of the reader does not allow it. */
export function RunButton({ only }: RunButtonProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const session = useSession();
  const mayRun = session.data?.actions.includes("run") ?? false;
  const button = (
    <Button
      leftSection={<IconPlayerPlay size={16} />}
      {...(!mayRun && { "data-disabled": true })}
      aria-disabled={!mayRun}
      onClick={() => {
        if (mayRun) open();
      }}
    >
      {said.run}
    </Button>
  );
  return (
    <>
      {mayRun || !session.data ? (
        button
      ) : (
        <Tooltip label={said.mayNotRun} events={{ hover: true, focus: true, touch: true }}>
          {button}
        </Tooltip>
      )}
      <Dialog opened={isOpen} onClose={close} title={said.runTitle} size="lg">
        <StartPanel only={only} close={close} />
      </Dialog>
    </>
  );
}
