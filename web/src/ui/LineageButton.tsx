import { IconBinaryTree2 } from "@tabler/icons-react";
import { nodeId } from "@/api/node";
import { texts } from "@/texts";
import { LinkButton } from "./LinkButton";

interface LineageButtonProps {
  kind: "dataset" | "job";
  namespace: string;
  name: string;
}

/** To the graph around a dataset or a job. */
export function LineageButton({ kind, namespace, name }: LineageButtonProps) {
  return (
    <LinkButton
      to="/lineage"
      search={{ node: nodeId(kind, namespace, name) }}
      icon={<IconBinaryTree2 size={16} />}
    >
      {texts.jobs.lineage}
    </LinkButton>
  );
}
