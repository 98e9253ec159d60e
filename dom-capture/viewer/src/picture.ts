// What is on the stage: a mirror for each snapshot, shown once it is styled, with the visitor's pointer and boxes kept
// where they belong.
import type { Snapshot } from '@coview/snippet/protocol';
import * as dom from './mirror/dom';
import { Mirror } from './mirror/mirror';
import type { SheetStore } from './mirror/sheets';
import type { Stage } from './stage/stage';
import type { ViewEvents, ViewLimits } from './types';
import type { Emitter } from './wire/events';

const SHOW_AFTER_MS = 400;
const SHOW_POLL_MS = 20;

/** The picture of one session's page. */
export class Picture {
  /** URL of the asset capability. */
  assets: string | undefined;
  private mirror: Mirror | undefined;
  private title = '';
  private url = '';
  private pointer: Mirror['pointer'];
  private focus = 0;
  private settling = false;
  private showing = 0;

  constructor(
    private readonly stage: Stage,
    private readonly store: SheetStore,
    private readonly limits: ViewLimits,
    private readonly events: Emitter<ViewEvents>,
    /** The layout may have changed: boxes are drawn anew. */
    private readonly redraw: () => void,
  ) {}

  /** A mirror in a frame of its own, behind the one that is shown. */
  fresh(): Mirror {
    const frame = this.stage.frame();
    const document = frame.contentDocument;
    if (!document) throw new Error('no frame to mirror into');
    const { nodes, depth } = this.limits;
    return new Mirror(document, { assets: this.assets, sheets: this.store, limits: { nodes, depth } });
  }

  /** Nothing will be shown in this mirror. */
  drop(mirror: Mirror): void {
    mirror.dispose();
    dom.windowOf(mirror.document)?.frameElement?.remove();
  }

  /** A snapshot stands in `mirror`. */
  built(mirror: Mirror, epoch: number, snapshot: Snapshot): void {
    this.mirror = mirror;
    this.stage.viewport(mirror.viewport.width, mirror.viewport.height);
    dom.listen(mirror.document, 'load', () => this.settle(), true); // images and sheets change the layout
    dom.listen(mirror.document, 'scroll', () => this.settle(), true); // the browser's own anchoring, undone
    this.showWhenStyled(mirror);
    this.events.emit('snapshot', { epoch, nodes: snapshot.count, url: snapshot.url });
    this.events.emit('viewport', mirror.viewport);
    this.follow(mirror);
  }

  /** A patch was applied. */
  patched(mirror: Mirror): void {
    const { width, height } = mirror.viewport;
    if (this.stage.sized(width, height)) this.events.emit('viewport', mirror.viewport);
    this.follow(mirror);
  }

  /** The stage's scale changed. */
  fitted(): void {
    this.stage.pointer(this.mirror?.pointer);
    this.events.emit('scale', this.stage.scale);
  }

  clear(): void {
    this.showing++;
    this.mirror = undefined;
    this.stage.clear();
  }

  /** Shows the new picture once its sheets are there, so that a reload does not flash. */
  private showWhenStyled(mirror: Mirror): void {
    const frame = dom.windowOf(mirror.document)?.frameElement as HTMLIFrameElement; // the mirror checked it
    const turn = ++this.showing;
    const until = performance.now() + SHOW_AFTER_MS;
    const look = (): void => {
      if (turn !== this.showing) return;
      if (mirror.pendingSheets > 0 && performance.now() < until) setTimeout(look, SHOW_POLL_MS);
      else {
        this.stage.show(frame);
        this.settle();
      }
    };
    look();
  }

  /** What is told and shown beside the page follows it. */
  private follow(mirror: Mirror): void {
    if (mirror.url !== this.url) {
      this.url = mirror.url;
      this.events.emit('url', { url: mirror.url });
    }
    const title = dom.titleOf(mirror.document);
    if (title !== this.title) {
      this.title = title;
      this.events.emit('title', { title });
    }
    if (mirror.pointer !== this.pointer) {
      this.pointer = mirror.pointer;
      this.stage.pointer(mirror.pointer);
      if (mirror.pointer) this.events.emit('pointer', mirror.pointer);
    }
    if (mirror.focus !== this.focus) {
      this.focus = mirror.focus;
      this.events.emit('focus', { id: mirror.focus });
    }
    this.settle();
  }

  /** Once per frame: scrolls that layout did not allow before, boxes around what has moved. */
  private settle(): void {
    if (this.settling) return;
    this.settling = true;
    requestAnimationFrame(() => {
      this.settling = false;
      if (!this.mirror) return;
      this.mirror.settle();
      this.redraw();
    });
  }
}
