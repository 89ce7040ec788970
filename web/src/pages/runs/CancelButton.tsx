import { Button, Group, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPlayerStop } from "@tabler/icons-react";
import { useSession } from "@/api/session";
import { texts } from "@/texts";
import { Failed } from "@/ui/Answer";
import { Dialog } from "@/ui/Dialog";
import { type Run, useCancel } from "./questions";

const said = texts.runs;

/** Stops a run of a pipeline of this server, once people have said that they mean it. */
export function CancelButton({ run }: { run: Run }) {
  const [isOpen, { open, close }] = useDisclosure();
  const session = useSession();
  const isOurs = run.kind.kind === "PIPELINE" && run.kind.integration === "HEADWATER";
  const isUnderWay = isOurs && run.own_state === "RUNNING";
  // The dialog stays where the run ends by itself meanwhile: what people read does not vanish.
  if (!session.data || !(isUnderWay || isOpen)) return null;
  const mayCancel = session.data.actions.includes("run");
  return (
    <>
      <Tooltip
        label={said.mayNotCancel}
        disabled={mayCancel}
        events={{ hover: true, focus: true, touch: true }}
      >
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} />}
          aria-disabled={!mayCancel}
          {...(!mayCancel && { "data-disabled": true })}
          onClick={() => mayCancel && open()}
        >
          {said.cancel}
        </Button>
      </Tooltip>
      <Dialog opened={isOpen} onClose={close} title={said.cancelOf(run.job.name)}>
        <Confirm run={run} isUnderWay={isUnderWay} close={close} />
      </Dialog>
    </>
  );
}

interface ConfirmProps {
  run: Run;
  isUnderWay: boolean;
  close: () => void;
}

function Confirm({ run, isUnderWay, close }: ConfirmProps) {
  const cancel = useCancel(run.id);
  const stop = () =>
    cancel.mutate(undefined, {
      onSuccess: ({ state }) => {
        close();
        notifications.show({
          message: state === "CANCELLED" ? said.cancelled : said.cancelledLate,
          closeButtonProps: { "aria-label": texts.shared.close },
        });
      },
    });
  return (
    <>
      <Text size="sm" mb="md">
        {isUnderWay ? said.cancelHint : said.cancelledLate}
      </Text>
      {cancel.isError && <Failed error={cancel.error} />}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={close} data-autofocus>
          {isUnderWay ? said.keepRunning : texts.shared.close}
        </Button>
        {isUnderWay && (
          <Button color="var(--hw-bad)" loading={cancel.isPending} onClick={stop}>
            {said.cancelSure}
          </Button>
        )}
      </Group>
    </>
  );
}
