// A question before something that can't be undone. The safe answer has the focus.
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Button } from './button';

interface Choice {
  words: string;
  look: 'primary' | 'stop' | 'plain';
  act(): void;
}

interface ConfirmProps {
  open: boolean;
  title: string;
  children: ReactNode;
  choices: Choice[];
  cancel: string;
  onClose(): void;
}

export function Confirm({ open, title, children, choices, cancel, onClose }: ConfirmProps) {
  return (
    <ModalOverlay className="veil" isOpen={open} isDismissable onOpenChange={(now) => (now ? undefined : onClose())}>
      <Modal className="modal">
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{title}</Heading>
          <div className="dialog-text">{children}</div>
          <div className="dialog-actions">
            <Button autoFocus onPress={onClose}>
              {cancel}
            </Button>
            {choices.map(({ words, look, act }) => (
              <Button
                key={words}
                look={look}
                onPress={() => {
                  onClose();
                  act();
                }}
              >
                {words}
              </Button>
            ))}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
