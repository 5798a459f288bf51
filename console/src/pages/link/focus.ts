/** What had the focus may have gone with what the page showed before: whoever has no mouse goes on here. */
export function focusIfLost(element: HTMLElement | null): void {
  if (document.activeElement === document.body) element?.focus();
}
