/**
 * Opens the source line of a frame in the editor: in the source's own group, never over the timeline, as preview, with the
 * line highlighted. Only the editor: which frame it is was decided before.
 */
import * as vscode from 'vscode';

export const TIMELINE_VIEW_TYPE = 'syscope.timeline';

export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; 0 when unknown. */
  readonly column: number;
}

export interface RevealOptions {
  /** The person asked for the editor (Enter): the keyboard goes there. */
  readonly focus: boolean;
  readonly stale: boolean;
}

const STALE_NOTE = 'changed since the program was built: the line may have moved';

export class SourceReveal implements vscode.Disposable {
  private readonly highlight = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  private shown: { readonly uri: string; readonly decoration: vscode.DecorationOptions } | undefined;
  private readonly watch: vscode.Disposable;

  constructor() {
    // An editor that is opened again, or shown in another group, gets its highlight back.
    this.watch = vscode.window.onDidChangeVisibleTextEditors(() => {
      this.decorate();
    });
  }

  async open(line: SourceLine, options: RevealOptions): Promise<void> {
    const uri = vscode.Uri.file(line.file);
    const document = await vscode.workspace.openTextDocument(uri);
    const row = Math.min(Math.max(line.line - 1, 0), document.lineCount - 1);
    const position = new vscode.Position(row, Math.max(line.column - 1, 0));
    const selection = new vscode.Range(position, position);
    this.shown = { uri: uri.toString(), decoration: decorationFor(document.lineAt(row).range, options.stale) };
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: sourceColumn(uri),
      preserveFocus: !options.focus,
      preview: true,
      selection,
    });
    editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    this.decorate();
  }

  clear(): void {
    this.shown = undefined;
    this.decorate();
  }

  dispose(): void {
    this.watch.dispose();
    this.highlight.dispose();
  }

  private decorate(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { shown } = this;
      editor.setDecorations(this.highlight, shown?.uri === editor.document.uri.toString() ? [shown.decoration] : []);
    }
  }
}

function decorationFor(range: vscode.Range, stale: boolean): vscode.DecorationOptions {
  if (!stale) return { range };
  const after = {
    contentText: `   ${STALE_NOTE}`,
    color: new vscode.ThemeColor('editorCodeLens.foreground'),
    fontStyle: 'italic',
  };
  return { range, renderOptions: { after }, hoverMessage: `This file was ${STALE_NOTE}.` };
}

/** Where this file is open already; else a group whose active tab is no timeline; else a new one beside the timeline. */
export function sourceColumn(uri: vscode.Uri): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all;
  const open = groups.filter((group) =>
    group.tabs.some((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri.toString()),
  );
  const best = open.find((group) => !showsTimeline(group));
  if (best !== undefined) return best.viewColumn;
  const withText = groups.filter((group) => !showsTimeline(group));
  const lastText = vscode.window.activeTextEditor?.viewColumn;
  return (withText.find((group) => group.viewColumn === lastText) ?? withText[0])?.viewColumn ?? vscode.ViewColumn.Beside;
}

function showsTimeline(group: vscode.TabGroup): boolean {
  return group.activeTab?.input instanceof vscode.TabInputCustom && group.activeTab.input.viewType === TIMELINE_VIEW_TYPE;
}
