import type { ServiceMap } from "./questions";

export type ServiceCall = ServiceMap["calls"][number];

/** How much of what a service asked of another failed. */
export const errorLevels = ["none", "some", "many"] as const;
export type ErrorLevel = (typeof errorLevels)[number];

const MANY = 0.05;

export function levelOf({ calls, errors }: Pick<ServiceCall, "calls" | "errors">): ErrorLevel {
  if (errors === 0) return "none";
  return errors / calls < MANY ? "some" : "many";
}
