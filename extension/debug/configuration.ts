/**
 * Debug configurations in VS Code: the first launch.json, dynamic configurations for the open file, F5 without any
 * configuration, defaults and checks of one that is about to start, and the process picker. What the attributes mean
 * is `attributes.ts`.
 */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { checkAttach, checkLaunch } from './attributes';
import { findPrograms, programsFor } from './programs';
import { listProcesses } from './processes';

export const DEBUG_TYPE = 'syscope';
const NAME = 'Trace Syscalls';

export class TraceConfigurations implements vscode.DebugConfigurationProvider {
  /** The content of a new launch.json. */
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [launchConfiguration(NAME, '${workspaceFolder}/a.out')];
  }

  /** F5 without launch.json comes here with an empty configuration. Undefined: nothing starts. */
  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (!vscode.workspace.isTrusted) {
      void sayUntrusted();
      return undefined;
    }
    const raw = configuration as Partial<vscode.DebugConfiguration>;
    const filled: vscode.DebugConfiguration = {
      ...configuration,
      type: DEBUG_TYPE,
      name: raw.name ?? NAME,
      request: raw.request ?? 'launch',
    };
    if (filled.request === 'attach') {
      filled['processId'] ??= await pickProcess();
      return filled['processId'] === undefined ? undefined : filled;
    }
    filled['program'] ??= await pickProgram(folder);
    if (filled['program'] === undefined) return undefined;
    if (raw.type === undefined || raw.type === '') filled.internalConsoleOptions ??= 'neverOpen';
    return filled;
  }

  /** Variables are replaced: what is wrong is said before a session starts. */
  resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    const checked = configuration.request === 'attach' ? checkAttach(configuration) : checkLaunch(configuration);
    if (checked.value === undefined) {
      void sayProblem(checked.problems.join(' '));
      return undefined;
    }
    if (configuration.request === 'attach') return configuration;
    return {
      ...configuration,
      cwd: absolute(configuration['cwd'], folder) ?? folder?.uri.fsPath,
      program: programPath(configuration['program'], folder),
    };
  }
}

/** Offered in the list of the Run view: one for each program that belongs to the open file. */
export class DynamicConfigurations implements vscode.DebugConfigurationProvider {
  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    const file = vscode.window.activeTextEditor?.document.uri;
    const programs = file?.scheme === 'file' ? await programsFor(file.fsPath, folder?.uri.fsPath) : [];
    const found = programs.length > 0 || folder === undefined ? programs : await findPrograms(folder.uri.fsPath);
    return found.map((program) => ({
      ...launchConfiguration(`${NAME}: ${path.basename(program)}`, program),
      cwd: folder?.uri.fsPath ?? path.dirname(program),
    }));
  }
}

/** The command behind `${command:pickProcess}`; undefined when the person picked none. */
export async function pickProcess(): Promise<string | undefined> {
  const processes = await listProcesses();
  const items = processes
    .filter(({ pid }) => pid !== process.pid)
    .map((item) => ({ label: item.name, description: String(item.pid), detail: item.command, item }))
    .sort((a, b) => Number(b.item.ours) - Number(a.item.ours));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Attach Syscope to a Process',
    placeHolder: 'Name, number or command line',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked === undefined ? undefined : String(picked.item.pid);
}

function launchConfiguration(name: string, program: string): vscode.DebugConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name,
    program,
    args: [],
    cwd: '${workspaceFolder}',
    internalConsoleOptions: 'neverOpen',
  };
}

const BROWSE = 'Choose a file…';

async function pickProgram(folder: vscode.WorkspaceFolder | undefined): Promise<string | undefined> {
  const file = vscode.window.activeTextEditor?.document.uri;
  const root = folder?.uri.fsPath;
  const beside = file?.scheme === 'file' ? await programsFor(file.fsPath, root) : [];
  const others = root === undefined ? [] : await findPrograms(root);
  const programs = [...new Set([...beside, ...others])];
  const items = programs.map((program) => ({
    label: path.basename(program),
    description: root === undefined ? program : path.relative(root, program),
    program,
  }));
  const picked = await vscode.window.showQuickPick([...items, { label: BROWSE, description: '', program: '' }], {
    title: 'Trace the System Calls of a Program',
    placeHolder: programs.length === 0 ? 'No built program was found in the workspace' : 'Which program?',
  });
  if (picked === undefined) return undefined;
  if (picked.program !== '') return picked.program;
  const uris = await vscode.window.showOpenDialog({
    title: 'The program to trace',
    openLabel: 'Trace',
    ...(folder === undefined ? {} : { defaultUri: folder.uri }),
  });
  return uris?.[0]?.fsPath;
}

async function sayUntrusted(): Promise<void> {
  const manage = 'Manage Workspace Trust';
  const answer = await vscode.window.showErrorMessage(
    'This workspace is not trusted, so Syscope only shows traces and starts nothing.',
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

async function sayProblem(text: string): Promise<void> {
  const open = 'Open launch.json';
  const answer = await vscode.window.showErrorMessage(`The "Trace Syscalls" configuration cannot be used. ${text}`, open);
  if (answer === open) await vscode.commands.executeCommand('workbench.action.debug.configure');
}

function absolute(value: unknown, folder: vscode.WorkspaceFolder | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return folder === undefined ? value : path.resolve(folder.uri.fsPath, value);
}

/** A bare name is looked up on the PATH; a relative path is relative to the workspace folder. */
function programPath(value: unknown, folder: vscode.WorkspaceFolder | undefined): unknown {
  return typeof value === 'string' && value.includes('/') ? absolute(value, folder) : value;
}
