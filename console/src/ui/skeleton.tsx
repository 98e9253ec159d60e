// A grey bar of the size of the text that is on its way, so that nothing moves when it arrives.
export function Skeleton({ width }: { width: string }) {
  return <span className="skeleton" style={{ inlineSize: width }} aria-hidden="true" />;
}
