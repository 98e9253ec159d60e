// The keys that work without a modifier, and the switch that turns them off.
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Switch } from 'react-aria-components/Switch';
import { useStore } from '../store';
import { Button } from '../ui/button';
import { keysOn, setKeysOn } from '../ui/keys';

const keys = [
  ['/', 'Search visitors'],
  ['V', 'Look: no tool in the hand'],
  ['L', 'Laser pointer'],
  ['H', 'Highlight an element'],
  ['C', 'Click and type'],
  ['Esc', 'Back to look; with Shift while you type into the page'],
] as const;

export function KeysDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const on = useStore(keysOn);
  return (
    <ModalOverlay className="veil" isOpen={open} isDismissable onOpenChange={(now) => (now ? undefined : onClose())}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">Keys</Heading>
          <dl className="keys">
            {keys.map(([key, words]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{words}</dd>
              </div>
            ))}
          </dl>
          <Switch isSelected={on} onChange={setKeysOn} className="switch">
            <span className="track" aria-hidden="true" />
            Single keys work as shortcuts
          </Switch>
          <div className="dialog-actions">
            <Button look="primary" onPress={onClose}>
              Close
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
