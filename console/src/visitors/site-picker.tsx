// Which site: all of them, or one.
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components/Select';
import type { Site } from '../api';

const ALL = '*';

interface SitePickerProps {
  sites: Site[];
  value: string;
  onChange(key: string): void;
  /** No "all sites". */
  required?: boolean;
}

export function SitePicker({ sites, value, onChange, required = false }: SitePickerProps) {
  const choices = [...(required ? [] : [{ key: ALL, name: 'All sites' }]), ...sites];
  return (
    <Select className="picker" value={value || ALL} onChange={(key) => onChange(key === ALL ? '' : String(key))}>
      <Label className="sr-only">Site</Label>
      <Button className="btn">
        <SelectValue />
        <span className="caret" aria-hidden="true" />
      </Button>
      <Popover className="popover">
        <ListBox items={choices} className="choices">
          {({ key, name }) => (
            <ListBoxItem id={key} textValue={name} className="choice">
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
