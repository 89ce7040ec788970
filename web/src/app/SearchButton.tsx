import { Box, Kbd, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { texts } from "@/texts";
import classes from "./SearchButton.module.css";

const said = texts.search;
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const load = () => import("./CommandPalette");
const CommandPalette = lazy(async () => ({ default: (await load()).CommandPalette }));

/** Opens the search, as Ctrl K or ⌘ K does on every page, also while somebody types. */
export function SearchButton() {
  const [isOpen, { open, close, toggle }] = useDisclosure();
  useHotkeys([["mod+K", toggle]], [], true);
  return (
    <>
      <UnstyledButton
        className={classes.button}
        aria-keyshortcuts={isMac ? "Meta+K" : "Control+K"}
        aria-haspopup="dialog"
        onClick={open}
        onPointerEnter={() => void load()}
        onFocus={() => void load()}
      >
        <IconSearch size={16} aria-hidden />
        <Text span size="sm" visibleFrom="sm">
          {said.open}
        </Text>
        <Box component="span" hiddenFrom="sm">
          <VisuallyHidden>{said.open}</VisuallyHidden>
        </Box>
        <Kbd size="xs" visibleFrom="sm" aria-hidden>
          {isMac ? said.macKeys : said.keys}
        </Kbd>
      </UnstyledButton>
      <Suspense>{isOpen && <CommandPalette close={close} />}</Suspense>
    </>
  );
}
