// A hint beside a control, for pointer and keyboard alike; also for controls that are off, to say why.
import type { ComponentProps, ReactElement, ReactNode } from 'react';
import { Focusable, Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';

type Child = ComponentProps<typeof Focusable>['children'] & ReactElement;

interface TipProps {
  hint: ReactNode;
  children: Child;
  placement?: 'end' | 'top' | 'bottom';
}

export function Tip({ hint, children, placement = 'end' }: TipProps) {
  return (
    <TooltipTrigger delay={350} closeDelay={80}>
      <Focusable>{children}</Focusable>
      <Tooltip className="tip" placement={placement} offset={8}>
        {hint}
      </Tooltip>
    </TooltipTrigger>
  );
}
