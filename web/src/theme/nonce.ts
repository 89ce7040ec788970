/** The nonce that the Content-Security-Policy allows for styles that scripts add. */
export function styleNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute("content") ?? "";
}
