import { PaneHead } from '../page/PaneHead.js';
import { Directory } from './Directory.js';
import { useLiveUsers } from './use-live-users.js';

/** The directory beside the rooms, for who has signed in. */
export function PeoplePane() {
  const { users, view } = useLiveUsers();
  return (
    <>
      <PaneHead title="Directory" />
      <Directory users={users} view={view} />
    </>
  );
}
