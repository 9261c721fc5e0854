import type { Ref } from 'react';
import { Field } from '../../ui/Field.js';
import { words } from '../../words/words.js';
import type { Names } from './user.js';

interface NameFieldsProps {
  names: Names;
  errors: Readonly<Record<string, string>>;
  /** These are the user's own names, which browsers can fill in. */
  isOwn?: boolean;
  readOnly?: boolean;
  onType: (names: Names) => void;
  firstRef?: Ref<HTMLInputElement>;
}

export function NameFields({ names, errors, isOwn, readOnly, onType, firstRef }: NameFieldsProps) {
  const input = { readOnly, required: !isOwn, autoCapitalize: 'words', spellCheck: false };
  return (
    <div className="fields">
      <Field
        {...input}
        label={words.people.firstName}
        autoComplete={isOwn ? 'given-name' : 'off'}
        value={names.firstname}
        error={errors['firstname']}
        onType={(firstname) => onType({ ...names, firstname })}
        inputRef={firstRef}
      />
      <Field
        {...input}
        label={words.people.lastName}
        autoComplete={isOwn ? 'family-name' : 'off'}
        value={names.lastname}
        error={errors['lastname']}
        onType={(lastname) => onType({ ...names, lastname })}
      />
    </div>
  );
}
