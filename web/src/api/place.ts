/** Where the UI and the API are, whatever prefix a proxy takes away: read off the page's base. */
const base = new URL(document.baseURI);

/** The path of the UI without the slash at its end, as the router wants it. */
export const uiPath = base.pathname.replace(/\/$/, "");

/** The address of the API: what is above the UI. */
export const apiRoot = new URL("..", base).href.replace(/\/$/, "");

/** The address of a path of the API, for links that download. */
export function apiAddress(path: string, query: Record<string, string | undefined> = {}): string {
  const address = new URL(apiRoot + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.set(name, value);
  }
  return address.href;
}
