import {
  Chip,
  Combobox,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  Menu,
  Paper,
  Portal,
  Tooltip,
  type VariantColorsResolver,
} from "@mantine/core";

/** The accent of tokens.css as Mantine wants it: ten shades of one variable. */
const accent = Array.from(
  { length: 10 },
  () => "var(--hw-accent)",
) as unknown as MantineColorsTuple;

const TONE = /^var\(--hw-(?:good|bad|warn|busy|idle)\)$/;

/** Tones as ground and as text; Mantine cannot work out a contrast for a variable. */
const variantColors: VariantColorsResolver = (input) => {
  const found = defaultVariantColorsResolver(input);
  const tone = input.color !== undefined && TONE.test(input.color) ? input.color : undefined;
  if (tone !== undefined && input.variant === "light") {
    const soft = tone.replace(")", "-soft)");
    return { ...found, background: soft, hover: soft, color: tone };
  }
  if (tone !== undefined && input.variant === "filled") {
    return { ...found, background: tone, hover: tone, color: "var(--hw-on-accent)" };
  }
  if (input.color !== undefined && input.color !== "accent") return found;
  if (input.variant === "filled") {
    const accent = "var(--hw-accent)";
    return { ...found, background: accent, hover: accent, color: "var(--hw-on-accent)" };
  }
  if (input.variant === "light") {
    const soft = "var(--hw-accent-soft)";
    return { ...found, background: soft, hover: soft, color: "var(--hw-accent)" };
  }
  return found;
};

/** The id of where lists, menus and dialogs open: within the main landmark of the page. */
export const OVERLAYS = "overlays";

/** How Mantine's components look and open; colours come from tokens.css. */
export const theme = createTheme({
  primaryColor: "accent",
  colors: { accent },
  fontFamily: "var(--hw-font)",
  fontFamilyMonospace: "var(--hw-mono)",
  defaultRadius: "sm",
  cursorType: "pointer",
  variantColorResolver: variantColors,
  components: {
    Chip: Chip.extend({ defaultProps: { color: "accent" } }),
    // Lists of choices that are not open would be drawn nevertheless, each with all its choices.
    Combobox: Combobox.extend({ defaultProps: { keepMounted: false } }),
    // A menu may hold nothing but its items: the first one is what the keyboard meets.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Paper: Paper.extend({ defaultProps: { bg: "var(--hw-surface)" } }),
    // A tooltip without a length of its own is one line, which a phone has no room for.
    Tooltip: Tooltip.extend({ defaultProps: { multiline: true, maw: "calc(100vw - 2rem)" } }),
    Portal: Portal.extend({ defaultProps: { target: `#${OVERLAYS}` } }),
  },
});

const led = {
  "--mantine-color-body": "var(--hw-surface)",
  "--mantine-color-text": "var(--hw-text)",
  "--mantine-color-default": "var(--hw-surface)",
  "--mantine-color-default-hover": "var(--hw-raised)",
  "--mantine-color-default-color": "var(--hw-text)",
  "--mantine-color-default-border": "var(--hw-line)",
  "--mantine-color-dimmed": "var(--hw-text-soft)",
  "--mantine-color-placeholder": "var(--hw-text-soft)",
  "--mantine-color-anchor": "var(--hw-accent)",
  "--mantine-color-error": "var(--hw-bad)",
  "--mantine-primary-color-filled": "var(--hw-accent)",
  "--mantine-primary-color-filled-hover": "var(--hw-accent)",
  "--mantine-primary-color-light": "var(--hw-accent-soft)",
  "--mantine-primary-color-light-hover": "var(--hw-accent-soft)",
  "--mantine-primary-color-light-color": "var(--hw-accent)",
  "--mantine-primary-color-contrast": "var(--hw-on-accent)",
  "--mantine-color-accent-filled": "var(--hw-accent)",
  "--mantine-color-accent-filled-hover": "var(--hw-accent)",
  "--mantine-color-accent-light": "var(--hw-accent-soft)",
  "--mantine-color-accent-light-hover": "var(--hw-accent-soft)",
  "--mantine-color-accent-light-color": "var(--hw-accent)",
  "--mantine-color-accent-outline": "var(--hw-accent)",
  "--mantine-color-accent-text": "var(--hw-accent)",
};

/** Mantine's own variables, led back to the tokens, which know light from dark by themselves. */
export const leadToTokens: CSSVariablesResolver = () => ({ variables: {}, light: led, dark: led });
