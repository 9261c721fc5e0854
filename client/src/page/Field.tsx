import { useId, type InputHTMLAttributes, type Ref } from 'react';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  label: string;
  value: string;
  error?: string | undefined;
  hint?: string;
  onType: (value: string) => void;
  inputRef?: Ref<HTMLInputElement>;
}

/** A line of text with its label, and below it what is wrong with it. */
export function Field({ label, error, hint, onType, inputRef, ...input }: FieldProps) {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        ref={inputRef}
        dir="auto"
        aria-invalid={error !== undefined}
        aria-describedby={told === undefined ? undefined : `${id}-told`}
        onChange={(event) => onType(event.target.value)}
      />
      {told !== undefined && (
        <p id={`${id}-told`} className={error === undefined ? 'field-hint' : 'field-error'}>
          {told}
        </p>
      )}
    </div>
  );
}
