import { createTheme, type MantineColorsTuple, Paper } from "@mantine/core";

/** The accent of tokens.css as Mantine wants it: ten shades of one variable. */
const accent = Array.from(
  { length: 10 },
  () => "var(--hw-accent)",
) as unknown as MantineColorsTuple;

/** How Mantine's components look; colours come from tokens.css. */
export const theme = createTheme({
  primaryColor: "accent",
  colors: { accent },
  fontFamily: "var(--hw-font)",
  fontFamilyMonospace: "var(--hw-mono)",
  defaultRadius: "sm",
  cursorType: "pointer",
  components: { Paper: Paper.extend({ defaultProps: { bg: "var(--hw-surface)" } }) },
});
