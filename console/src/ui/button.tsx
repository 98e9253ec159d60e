// The one button, in the looks the console uses.
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';

export interface ButtonProps extends AriaButtonProps {
  look?: 'plain' | 'primary' | 'stop' | 'quiet';
  className?: string;
}

export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  return <AriaButton {...rest} className={['btn', look, className].filter(Boolean).join(' ')} />;
}
