/**
 * The HTML of the timeline's webview, with its script and its style sheet inside: fetching them costs a window of VS Code far
 * away two round trips each. The content security policy allows these two only, by a nonce. Pure.
 */

export interface PageParts {
  readonly script: string;
  readonly style: string;
  /** Fresh for every page. */
  readonly nonce: string;
}

export function timelinePage(parts: PageParts): string {
  const nonce = escapeAttribute(parts.nonce);
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${nonce}">${withoutEnd(parts.style, 'style')}</style>
<title>Syscope timeline</title>
</head>
<body>
<script nonce="${nonce}">${withoutEnd(parts.script, 'script')}</script>
</body>
</html>`;
}

/** What would end the element early is written so that it means the same in its language (a string or a comment). */
function withoutEnd(text: string, tag: 'script' | 'style'): string {
  return text.replace(new RegExp(`</(?=${tag})`, 'gi'), '<\\/').replace(/^\/[/*]# sourceMappingURL=.*$/gm, '');
}

function escapeAttribute(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
