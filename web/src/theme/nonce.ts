/** Let what locks the page behind a dialog add its styles: it looks for a nonce under this name. */
export function allowAddedStyles(): void {
  Object.assign(window, { __webpack_nonce__: styleNonce() });
}

/** The nonce that the Content-Security-Policy allows for styles that scripts add. */
export function styleNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute("content") ?? "";
}
