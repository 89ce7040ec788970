import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Container,
  Group,
  Text,
  Title,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { type MouseEvent, useEffect, useState } from "react";
import { followChanges } from "@/api/live";
import { Problem } from "@/api/problem";
import { type Session, useSession, useSignOut } from "@/api/session";
import { texts } from "@/texts";
import { OVERLAYS } from "@/theme/theme";
import { Failed } from "@/ui/Answer";
import { Tip } from "@/ui/Tip";
import { pageLinks } from "./navigation";
import { SearchButton } from "./SearchButton";
import classes from "./Shell.module.css";
import { SignIn } from "./SignIn";

const said = texts.shell;

/** The frame around every page; asks for a token first where the server wants one. */
export function Shell() {
  const session = useSession();
  if (session.error instanceof Problem && session.error.status === 401) return <SignIn />;
  if (session.error && !session.data) {
    return (
      <Container size="xs" py="xl" component="main">
        <Title order={1} size="h3" mb="sm">
          {said.name}
        </Title>
        <Failed error={session.error} retry={() => void session.refetch()} />
      </Container>
    );
  }
  return <Frame session={session.data} />;
}

function Frame({ session }: { session: Session | undefined }) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const isLive = useChanges(session !== undefined);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 200, breakpoint: "sm", collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      {/* biome-ignore lint/a11y/useValidAnchor: people look for a link here, and it does lead there */}
      <a href="#content" className={classes.skip} onClick={goToContent}>
        {said.skip}
      </a>
      <AppShell.Header className={classes.bar}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={said.openNavigation}
            />
            <Anchor renderRoot={(props) => <Link to="/" {...props} />} underline="never" fw={700}>
              {said.name}
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            {session && <SearchButton />}
            <LiveSign isLive={isLive} />
            <ColourSwitch />
            {session && session.principal !== "local" && <SignOut name={session.principal} />}
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" className={classes.bar} aria-label={said.navigation}>
        {pageLinks.map(({ to, title, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className={classes.link}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            onClick={close}
          >
            <Icon size={18} aria-hidden />
            {title}
          </Link>
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Outlet />
        <div id={OVERLAYS} className={classes.overlays} />
      </AppShell.Main>
    </AppShell>
  );
}

/** A plain `#content` would lead away: the page has a base address. */
function goToContent(event: MouseEvent) {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function useChanges(isSignedIn: boolean): boolean {
  const queries = useQueryClient();
  const [isLive, setLive] = useState(false);
  useEffect(
    () => (isSignedIn ? followChanges(queries, setLive) : undefined),
    [queries, isSignedIn],
  );
  return isLive;
}

function LiveSign({ isLive }: { isLive: boolean }) {
  const label = isLive ? said.live : said.notLive;
  return (
    <Tip label={label}>
      <Text
        span
        role="img"
        aria-label={label}
        className={isLive ? classes.live : classes.notLive}
      />
    </Tip>
  );
}

function ColourSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isDark =
    colorScheme === "dark" ||
    (colorScheme === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  const label = isDark ? said.light : said.dark;
  return (
    <Tip label={label}>
      <ActionIcon
        variant="default"
        aria-label={label}
        onClick={() => setColorScheme(isDark ? "light" : "dark")}
      >
        {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tip>
  );
}

function SignOut({ name }: { name: string }) {
  const signOut = useSignOut();
  return (
    <Tip label={`${said.signedInAs(name)}. ${said.signOut}`}>
      <ActionIcon variant="default" aria-label={said.signOut} onClick={() => signOut.mutate()}>
        <IconLogout size={18} />
      </ActionIcon>
    </Tip>
  );
}
