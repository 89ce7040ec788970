import { Kbd, Loader, Modal, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import {
  IconClock,
  IconDatabase,
  IconFile,
  IconPlayerPlay,
  type IconProps,
  IconSearch,
  IconSettingsAutomation,
  IconSql,
  IconTimeline,
} from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import {
  type ComponentType,
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useState,
} from "react";
import { isSearch, useBestHits } from "@/api/search";
import { texts } from "@/texts";
import { Marked } from "@/ui/Marked";
import { recentPages, rememberPage } from "@/ui/recent";
import classes from "./CommandPalette.module.css";
import { pageLinks } from "./navigation";
import { groupsOf, type Item, type NamedPage } from "./palette";

const said = texts.search;
const DEBOUNCE_MILLISECONDS = 120;
const MOST_HITS = 8;
const LIST = "palette-list";
const MORE_PAGES: readonly NamedPage[] = [
  { to: "/traces/map", title: texts.serviceMap.title },
  { to: "/search", title: said.title },
];

const icons: Record<string, ComponentType<IconProps>> = {
  dataset: IconDatabase,
  column: IconDatabase,
  job: IconSettingsAutomation,
  run: IconPlayerPlay,
  trace: IconTimeline,
  sql: IconSql,
  page: IconFile,
  search: IconSearch,
};

/** The search that opens over every page: by keyboard alone, from words or a pasted id. */
export function CommandPalette({ close }: { close: () => void }) {
  return (
    <Modal.Root opened onClose={close} size="lg" yOffset="9vh" transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label={said.open}>
        <Modal.Body p={0}>
          <Palette close={close} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Palette({ close }: { close: () => void }) {
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const [isWaiting, setWaiting] = useState(false);
  const [words] = useDebouncedValue(typed, DEBOUNCE_MILLISECONDS);
  const hits = useBestHits({ words }, MOST_HITS);
  const [recent] = useState(recentPages);
  const open = useOpen(close);
  const isAsked = isSearch({ words: typed });
  const isSettled = !isAsked || (typed === words && !hits.isFetching);
  const known = isAsked && isSearch({ words }) ? (hits.data?.hits ?? []) : [];
  const groups = groupsOf({
    words: typed,
    pages: [...pageLinks, ...MORE_PAGES],
    recent,
    hits: known,
  });
  const items = groups.flatMap((group) => group.items);
  const chosen = items[Math.min(active, items.length - 1)];

  // Enter before the answer is there opens what the answer brings, not what stood there before.
  useEffect(() => {
    if (isWaiting && isSettled && chosen) open(chosen, false);
  }, [isWaiting, isSettled, chosen, open]);

  const type = (text: string) => {
    setTyped(text);
    setActive(0);
    setWaiting(false);
  };
  const move = (by: number) =>
    setActive((at) => (Math.min(at, items.length - 1) + by + items.length) % items.length);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const by = moves[event.key];
    if (by !== undefined) {
      event.preventDefault();
      move(by);
    } else if (event.key === "Enter" && chosen && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const isReady = isSettled || active > 0 || chosen.key.startsWith("pasted");
      if (isReady) open(chosen, event.ctrlKey || event.metaKey);
      else setWaiting(true);
    }
  };
  return (
    <>
      <TextInput
        data-autofocus
        size="md"
        variant="unstyled"
        classNames={{ wrapper: classes.field ?? "", input: classes.input ?? "" }}
        role="combobox"
        aria-label={said.open}
        aria-expanded
        aria-controls={LIST}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? optionId(chosen) : undefined}
        placeholder={said.placeholder}
        leftSection={<IconSearch size={18} aria-hidden />}
        rightSection={!isSettled && <Loader size="xs" aria-label={said.searching} />}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div id={LIST} role="listbox" aria-label={said.results} className={classes.list}>
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: options stand in groups of a listbox
          <div key={group.title} role="group" aria-label={group.title}>
            <div className={classes.group} aria-hidden>
              {group.title}
            </div>
            {group.items.map((item) => (
              <Option
                key={item.key}
                item={item}
                isChosen={item === chosen}
                isRecent={group.title === said.recent}
                onPoint={() => setActive(items.indexOf(item))}
                onOpen={(event) => open(item, event.ctrlKey || event.metaKey)}
              />
            ))}
          </div>
        ))}
      </div>
      {isAsked && isSettled && known.length === 0 && (
        <Text size="sm" c="dimmed" px="md" pb="xs" role="status">
          {hits.error ? hits.error.message : said.nothing(typed.trim())}
        </Text>
      )}
      <Text size="xs" c="dimmed" className={classes.help} visibleFrom="xs">
        <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> {said.choose} · <Kbd size="xs">Enter</Kbd>{" "}
        {said.opens} · <Kbd size="xs">Esc</Kbd> {said.closes}
      </Text>
    </>
  );
}

/** Opens an item here, or in a new tab, and remembers it. */
function useOpen(close: () => void) {
  const router = useRouter();
  const [open] = useState(() => (item: Item, isAside: boolean) => {
    const { kind, title, detail, to, search } = item;
    if (kind !== "page" && kind !== "search") rememberPage({ kind, title, detail, to, search });
    const place = { to: to as "/", search: search as never };
    if (isAside) {
      window.open(router.buildLocation(place).href, "_blank", "noopener");
      return;
    }
    close();
    void router.navigate(place);
  });
  return open;
}

function iconOf(item: Item): ComponentType<IconProps> | undefined {
  const page = item.kind === "page" && pageLinks.find((one) => one.to === item.to);
  return page ? page.icon : icons[item.kind];
}

function optionId(item: Item): string {
  return `palette-${encodeURIComponent(item.key)}`;
}

interface OptionProps {
  item: Item;
  isChosen: boolean;
  isRecent: boolean;
  onPoint: () => void;
  onOpen: (event: MouseEvent) => void;
}

function Option({ item, isChosen, isRecent, onPoint, onOpen }: OptionProps) {
  const Icon = isRecent ? IconClock : (iconOf(item) ?? IconFile);
  useEffect(() => {
    if (isChosen) document.getElementById(optionId(item))?.scrollIntoView({ block: "nearest" });
  }, [isChosen, item]);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the input has the focus and names the option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input takes the keys
    <div
      role="option"
      id={optionId(item)}
      aria-selected={isChosen}
      className={classes.option}
      onMouseMove={isChosen ? undefined : onPoint}
      onClick={onOpen}
    >
      <Icon size={16} aria-hidden />
      <span className={classes.title}>
        <Marked text={item.title} spans={item.spans} isName />
      </span>
      <span className={classes.detail}>{item.detail}</span>
    </div>
  );
}
