// Style sheets are bundled as their minified text (build.mjs).
declare module '*.css' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: esbuild's text loader exports it so
  export default text;
}
