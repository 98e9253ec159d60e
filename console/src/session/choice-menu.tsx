// The options of a list in the visitor's page, as the agent's own menu: the browser's would open in no other page.
import { useRef } from 'react';
import { ListBox, ListBoxItem, Popover } from 'react-aria-components/Select';
import type { Choice } from './live';

interface ChoiceMenuProps {
  choice: Choice;
  onChoose(indexes: number[]): void;
  onClose(): void;
}

export function ChoiceMenu({ choice, onChoose, onClose }: ChoiceMenuProps) {
  const place = useRef<HTMLDivElement>(null);
  const { left, top, width, height } = choice.box;
  return (
    <>
      <div
        ref={place}
        className="choice-place"
        style={{ left, top, inlineSize: width, blockSize: height }}
        aria-hidden="true"
      />
      <Popover
        className="popover"
        aria-label="Options"
        triggerRef={place}
        isOpen
        onOpenChange={(open) => (open ? undefined : onClose())}
        placement="bottom start"
        offset={2}
      >
        <ListBox
          className="choices"
          aria-label="Options in the visitor’s page"
          items={choice.options}
          autoFocus
          selectionMode={choice.multiple ? 'multiple' : 'single'}
          disallowEmptySelection={!choice.multiple}
          selectedKeys={choice.options.filter((option) => option.selected).map((option) => option.index)}
          disabledKeys={choice.options.filter((option) => option.disabled).map((option) => option.index)}
          onSelectionChange={(keys) => {
            const all = choice.options.map((option) => option.index);
            onChoose(keys === 'all' ? all : all.filter((index) => keys.has(index)));
            if (!choice.multiple) onClose();
          }}
        >
          {({ index, label, group }) => (
            <ListBoxItem id={index} textValue={label} className="choice">
              {group ? `${group}: ${label}` : label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </>
  );
}
