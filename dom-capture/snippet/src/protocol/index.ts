// The wire in TypeScript: docs/protocol.md, checked by dom-capture/vectors from here and from Rust.
export * from './frame';
export * from './messages';
export * from './primitives';
