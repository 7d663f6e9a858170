/** What the runner of a tool is told, as JSON in its first argument, and what it says back over its channel. */
export interface ToolJob {
  readonly tool: '0x' | 'clinic-doctor' | 'clinic-flame' | 'clinic-bubbleprof' | '0x-draw';
  /** Folder of the installed package. */
  readonly path: string;
  /** Where everything that the tool writes goes; the runner stands in it. */
  readonly directory: string;
  /** The page for people, a name in that folder. */
  readonly page: string;
  readonly title: string;
  /** Program and arguments, and where it runs. Empty for a tool that only draws. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The profile to draw, a name in the folder. */
  readonly profile?: string;
}

export type ToolMessage =
  | { readonly kind: 'started'; readonly pid: number }
  /** The program has ended, the tool computes. */
  | { readonly kind: 'analysing' }
  | { readonly kind: 'done'; readonly verdict: string | null; readonly warnings: readonly string[] }
  | { readonly kind: 'failed'; readonly message: string };
