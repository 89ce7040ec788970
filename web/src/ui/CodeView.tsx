import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { texts } from "@/texts";
import classes from "./CodeView.module.css";
import type { Language } from "./code/languages";
import { Tip } from "./Tip";

const Coloured = lazy(() =>
  import("./code/Coloured").then((module) => ({ default: module.Coloured })),
);

interface CodeViewProps {
  code: string;
  /** In what the code is written; what is not known is shown without colours. */
  language?: Language;
  /** What the code is, for people who cannot see it. */
  label: string;
  maxHeight?: number;
}

/** Code to be read and copied, in colours once what makes them is loaded. */
export function CodeView({ code, language = "text", label, maxHeight = 420 }: CodeViewProps) {
  return (
    <section className={classes.view} aria-label={label}>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Tip label={copied ? texts.shared.copied : texts.shared.copy}>
            <ActionIcon
              className={classes.copy}
              variant="default"
              onClick={copy}
              aria-label={copied ? texts.shared.copied : texts.shared.copy}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tip>
        )}
      </CopyButton>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className={classes.code} style={{ maxHeight }} tabIndex={0}>
        <code>
          {language === "text" ? (
            code
          ) : (
            <Suspense fallback={code}>
              <Coloured code={code} language={language} />
            </Suspense>
          )}
        </code>
      </pre>
    </section>
  );
}
