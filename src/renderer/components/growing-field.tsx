import { type KeyboardEvent, useLayoutEffect, useRef } from 'react';

interface Props {
  id?: string;
  value: string;
  label: string;
  placeholder: string;
  onChange: (value: string) => void;
  onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  /** Whether it takes the focus when it appears. */
  isActive?: boolean;
}

/** A text field that is as high as its text, up to a limit set by the style sheet. */
export function GrowingField({
  id,
  value,
  label,
  placeholder,
  onChange,
  onKeyDown,
  isActive,
}: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows from the text.
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [value]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!isActive || !element) return;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, [isActive]);
  return (
    <textarea
      ref={field}
      id={id}
      className="growing-field"
      rows={1}
      value={value}
      aria-label={label}
      placeholder={placeholder}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
