import {
  type CSSProperties,
  type RefObject,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type CallLine, callMapOf, LABEL } from "@/graph/callMap";
import { marksOf } from "@/graph/services";
import { texts } from "@/texts";
import { PageLink } from "@/ui/links";
import { percentOf } from "@/ui/numbers";
import { ServiceMark } from "@/ui/ServiceMark";
import { spanOf } from "@/ui/time";
import type { Window } from "./address";
import { type ErrorLevel, errorLevels, levelOf, type ServiceCall } from "./calls";
import type { ServiceMap } from "./questions";
import classes from "./traces.module.css";

const said = texts.serviceMap;
const MOST_STROKE = 3;

/** Services as boxes, callers before what they call; the table below it has the same. */
export function ServiceGraph({ map, window }: { map: ServiceMap; window: Window }) {
  const frame = useRef<HTMLElement>(null);
  const width = useWidth(frame);
  const drawn = useMemo(
    () => (width > 0 ? callMapOf(map.calls.length ? [] : map.services, map.calls, width) : null),
    [map, width],
  );
  const alone = useMemo(() => aloneIn(map), [map]);
  const markOf = useMemo(() => marksOf(map.services), [map]);
  const most = Math.max(1, ...map.calls.map((call) => call.calls));
  return (
    <div>
      <section className={classes.map} aria-label={said.graph} ref={frame}>
        {drawn && (
          <div style={{ position: "relative", width: drawn.width, height: drawn.height }}>
            <svg width={drawn.width} height={drawn.height} aria-hidden>
              <title>{said.graph}</title>
              <defs>
                {errorLevels.map((level) => (
                  <Head key={level} level={level} />
                ))}
              </defs>
              {drawn.lines.map((line) => (
                <path
                  key={keyOf(line)}
                  d={line.path}
                  className={classes.call}
                  data-level={levelOf(line.call)}
                  strokeWidth={strokeOf(line.call.calls, most)}
                  markerEnd={`url(#${headOf(levelOf(line.call))})`}
                />
              ))}
            </svg>
            {drawn.lines.map((line) => (
              <Said key={keyOf(line)} {...line} />
            ))}
            {drawn.boxes.map(({ name, x, y, ...size }) => (
              <div
                key={name}
                className={classes.service}
                style={{ left: x, top: y, ...size }}
                title={said.tracesOf(name)}
              >
                <ServiceMark mark={markOf(name)} />
                <PageLink to="/traces" search={{ service: name, window }}>
                  {name}
                </PageLink>
              </div>
            ))}
          </div>
        )}
      </section>
      {map.calls.length > 0 && <Key />}
      {alone.length > 0 && (
        <div className={classes.callKey}>
          <span>{said.alone}</span>
          {alone.map((name) => (
            <span key={name}>
              <ServiceMark mark={markOf(name)} />
              <PageLink to="/traces" search={{ service: name, window }}>
                {name}
              </PageLink>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

/** The services without calls, where others have some. */
function aloneIn({ services, calls }: ServiceMap): string[] {
  if (calls.length === 0) return [];
  const met = new Set(calls.flatMap((call) => [call.parent, call.child]));
  return services.filter((name) => !met.has(name));
}

/** How wide an element is inside, as it is now. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const look = () => setWidth(watched.clientWidth);
    look();
    const observer = new ResizeObserver(look);
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** What is said of a call, on its line. */
function Said({ call, label }: CallLine<ServiceCall>) {
  const level = levelOf(call);
  const place: CSSProperties = { left: label.x, top: label.y, maxWidth: LABEL.width };
  return (
    <div className={classes.callSaid} style={place} aria-hidden>
      <strong>{said.callCount(call.calls)}</strong>
      {call.errors > 0 && (
        <span data-level={level}>{said.failedShare(percentOf(call.errors / call.calls))}</span>
      )}
      <span>{said.p95Of(spanOf(call.p95_ms / 1000))}</span>
    </div>
  );
}

/** What the lines mean. */
function Key() {
  return (
    <div className={classes.callKey}>
      {errorLevels.map((level) => (
        <span key={level}>
          <svg width={36} height={8} aria-hidden>
            <path d="M0,4 L36,4" className={classes.call} data-level={level} strokeWidth={2} />
          </svg>
          {said.levels[level]}
        </span>
      ))}
      <span>{said.key}</span>
    </div>
  );
}

function Head({ level }: { level: ErrorLevel }) {
  return (
    <marker
      id={headOf(level)}
      viewBox="0 0 8 8"
      refX="7"
      refY="4"
      markerWidth="11"
      markerHeight="11"
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path d="M0,0 L8,4 L0,8 z" className={classes.callEnd} data-level={level} />
    </marker>
  );
}

function headOf(level: ErrorLevel): string {
  return `call-end-${level}`;
}

function keyOf({ call }: CallLine<ServiceCall>): string {
  return `${call.parent} ${call.child}`;
}

function strokeOf(calls: number, most: number): number {
  return 1 + (MOST_STROKE - 1) * (Math.log1p(calls) / Math.log1p(most));
}
