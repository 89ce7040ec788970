import { Group, Modal, type ModalRootProps } from "@mantine/core";
import type { ReactNode } from "react";
import { texts } from "@/texts";

interface DialogProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: ModalRootProps["size"];
  children: ReactNode;
}

/** A dialog under its title; not Mantine's whole one, whose head is a second banner of the page. */
export function Dialog({ title, opened, onClose, size = "md", children }: DialogProps) {
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Group justify="space-between" wrap="nowrap" align="flex-start" mb="md">
            <Modal.Title fw={600} style={{ overflowWrap: "anywhere" }}>
              {title}
            </Modal.Title>
            <Modal.CloseButton aria-label={texts.shared.close} />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
