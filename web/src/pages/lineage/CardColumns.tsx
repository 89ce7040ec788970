import { useState } from "react";
import { type CardStyle, columnsOf, FEW_COLUMNS } from "@/graph/card";
import type { GraphNode } from "@/graph/model";
import { texts } from "@/texts";
import classes from "./Card.module.css";
import { useCards } from "./context";
import { fieldId } from "./moves";

const said = texts.lineage;

/** The columns inside a card; a click on one lights its path. */
export function CardColumns({ node, style }: { node: GraphNode; style: CardStyle }) {
  const cards = useCards();
  const [words, setWords] = useState("");
  const shown = columnsOf(node, { ...style, words: style.isWide ? words : "" });
  const hidden = node.columnCount - Math.min(node.columns.length, FEW_COLUMNS);
  const name = node.name || node.namespace;
  return (
    <>
      {style.isWide && node.columns.length > FEW_COLUMNS && (
        <input
          className={`${classes.search} nodrag nopan`}
          type="search"
          tabIndex={-1}
          value={words}
          placeholder={said.findColumn}
          aria-label={`${said.findColumn}: ${name}`}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => event.stopPropagation()}
          onClick={(event) => event.stopPropagation()}
        />
      )}
      <ul
        className={`${classes.columns} ${style.isWide ? "nowheel" : ""}`}
        aria-label={said.columnsIn(name)}
      >
        {shown.map((column) => (
          <li key={column.name}>
            <button
              type="button"
              tabIndex={-1}
              className={`${classes.column} nodrag nopan`}
              data-lit={litAs(style.lit?.get(column.name))}
              data-chosen={cards.column === fieldId(node, column.name) || undefined}
              title={[column.name, column.type, column.description].filter(Boolean).join("\n")}
              onDoubleClick={(event) => event.stopPropagation()}
              onClick={(event) => {
                event.stopPropagation();
                cards.light(node, column.name);
              }}
            >
              <span className={classes.columnName}>{column.name}</span>
              <span className={classes.type}>{column.type}</span>
            </button>
          </li>
        ))}
      </ul>
      {node.columnCount > FEW_COLUMNS && (
        <button
          type="button"
          tabIndex={-1}
          className={`${classes.wide} nodrag nopan`}
          onDoubleClick={(event) => event.stopPropagation()}
          onClick={(event) => {
            event.stopPropagation();
            cards.widen(node);
          }}
        >
          {style.isWide ? said.fewerColumns : said.moreColumns(hidden)}
        </button>
      )}
    </>
  );
}

function litAs(isDirect: boolean | undefined): string | undefined {
  if (isDirect === undefined) return undefined;
  return isDirect ? "values" : "rows";
}
