import { Button } from "@mantine/core";
import { IconBinaryTree2 } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { nodeId } from "@/api/node";
import { texts } from "@/texts";

interface LineageButtonProps {
  kind: "dataset" | "job";
  namespace: string;
  name: string;
}

/** To the graph around a dataset or a job, as one of the buttons at the head of its page. */
export function LineageButton({ kind, namespace, name }: LineageButtonProps) {
  const search = { node: nodeId(kind, namespace, name) };
  return (
    <Button
      variant="default"
      leftSection={<IconBinaryTree2 size={16} />}
      renderRoot={(props) => <Link to={"/lineage" as "/"} search={search as never} {...props} />}
    >
      {texts.jobs.lineage}
    </Button>
  );
}
