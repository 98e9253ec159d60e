/** One file, no dependency: the text of a bundle. */
export declare function bundle(
  entry: string,
  options?: { mask?: boolean; minify?: boolean; format?: 'iife' | 'esm' },
): Promise<string>;
