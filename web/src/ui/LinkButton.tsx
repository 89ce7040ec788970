import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Search } from "./links";

interface LinkButtonProps {
  to: string;
  search?: Search;
  icon: ReactNode;
  children: ReactNode;
}

/** To another page about the same thing, as one of the buttons at the head of its page. */
export function LinkButton({ to, search = {}, icon, children }: LinkButtonProps) {
  return (
    <Button
      variant="default"
      leftSection={icon}
      renderRoot={(props) => <Link to={to as "/"} search={search as never} {...props} />}
    >
      {children}
    </Button>
  );
}
