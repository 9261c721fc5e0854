import { type ReactNode, useId } from 'react';
import { FailureText } from './FailureText.js';
import type { Submission } from './use-submit.js';

interface FormCardProps {
  title: string;
  submission: Submission;
  button: string;
  /** The text of the button while the form is being sent. */
  busyButton?: string;
  buttonClass?: string;
  /** Shown next to the button after the form was sent. */
  done?: string;
  children: ReactNode;
}

export function FormCard({ title, submission, done, children, ...button }: FormCardProps) {
  const id = useId();
  return (
    <form
      ref={submission.form}
      className="card"
      aria-labelledby={id}
      noValidate
      onSubmit={submission.onSubmit}
    >
      <h2 id={id}>{title}</h2>
      {children}
      <FailureText text={submission.failure.message} />
      {done === undefined ? (
        <SubmitButton {...button} busy={submission.busy} />
      ) : (
        <div className="actions">
          <SubmitButton {...button} busy={submission.busy} />
          <span role="status">{submission.done && done}</span>
        </div>
      )}
    </form>
  );
}

type SubmitButtonProps = Pick<FormCardProps, 'button' | 'busyButton' | 'buttonClass'> & {
  busy: boolean;
};

function SubmitButton({
  button,
  busyButton = button,
  buttonClass = 'button-primary',
  busy,
}: SubmitButtonProps) {
  return (
    <button type="submit" className={buttonClass} aria-disabled={busy}>
      {busy ? busyButton : button}
    </button>
  );
}
