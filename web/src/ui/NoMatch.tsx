import { texts } from "@/texts";
import { Empty } from "./Empty";
import { PageLink } from "./links";

interface NoMatchProps {
  title: string;
  hint: string;
  /** The same list without a filter. */
  to: string;
}

/** What stands where filters leave nothing of a list. */
export function NoMatch({ title, hint, to }: NoMatchProps) {
  return (
    <Empty title={title}>
      {hint}{" "}
      <PageLink to={to} isInText>
        {texts.shared.clearFilters}
      </PageLink>
    </Empty>
  );
}
