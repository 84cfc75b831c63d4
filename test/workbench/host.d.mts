/** Types of host.mjs, for the TypeScript tests. */
import type { Browser, LaunchOptions } from 'playwright-core';

export interface WorkbenchServer {
  readonly port: number;
  readonly pid: number;
  readonly base: string;
  readonly authority: string;
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
}
export interface ServerOptions {
  readonly dataDir: string;
  readonly smoke?: boolean;
  readonly trust?: boolean;
  readonly token?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly extraArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
export type Payload = readonly (readonly [string, string])[];
export const SETTINGS: Readonly<Record<string, unknown>>;
export function installExtension(dataDir: string, vsix: string): void;
export function startServer(options: ServerOptions): Promise<WorkbenchServer>;
export function launchBrowser(options?: LaunchOptions): Promise<Browser>;
export function workbenchUrl(server: WorkbenchServer, workspace: string, payload?: Payload): string;
export function openFilePayload(server: WorkbenchServer, file: string): Payload;
