import { useSession } from '../../session/use-session.js';
import { losesWork } from '../../state/leaving.js';
import { ConfirmButton } from '../../ui/ConfirmButton.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';

interface SignOutButtonProps {
  text: string;
  className?: string;
}

/** Reports a failure: a user who leaves a shared machine must not believe they are signed out. */
export function SignOutButton({ text, className }: SignOutButtonProps) {
  const session = useSession();
  const { failure, attempt } = useAttempt();
  return (
    <>
      <ConfirmButton
        text={text}
        className={className}
        consequence={words.account.losesUploads}
        needsConfirmation={losesWork}
        onConfirm={() => attempt(session.signOut())}
      />
      {failure !== null && (
        <span role="alert" className="failure">
          {words.account.stillSignedIn}
        </span>
      )}
    </>
  );
}
