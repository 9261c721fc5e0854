import { useId, type Ref } from 'react';
import type { Names } from './user.js';

interface NameFieldsProps {
  names: Names;
  errors: Readonly<Record<string, string>>;
  readOnly: boolean;
  onType: (names: Names) => void;
  firstRef?: Ref<HTMLInputElement>;
}

export function NameFields({ names, errors, readOnly, onType, firstRef }: NameFieldsProps) {
  return (
    <div className="fields">
      <NameField
        label="First name"
        value={names.firstname}
        error={errors['firstname']}
        readOnly={readOnly}
        onType={(firstname) => onType({ ...names, firstname })}
        inputRef={firstRef}
      />
      <NameField
        label="Last name"
        value={names.lastname}
        error={errors['lastname']}
        readOnly={readOnly}
        onType={(lastname) => onType({ ...names, lastname })}
      />
    </div>
  );
}

interface NameFieldProps {
  label: string;
  value: string;
  error: string | undefined;
  readOnly: boolean;
  onType: (value: string) => void;
  inputRef?: Ref<HTMLInputElement> | undefined;
}

function NameField({ label, value, error, readOnly, onType, inputRef }: NameFieldProps) {
  const id = useId();
  const errorId = `${id}-error`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={inputRef}
        dir="auto"
        autoComplete="off"
        autoCapitalize="words"
        spellCheck={false}
        value={value}
        readOnly={readOnly}
        required
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : errorId}
        onChange={(event) => onType(event.target.value)}
      />
      {error !== undefined && (
        <p id={errorId} className="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

/** To be called after the errors have been rendered. */
export function focusFirstInvalid(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
}
