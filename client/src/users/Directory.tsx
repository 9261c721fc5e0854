import { CurlHint } from '../page/CurlHint.js';
import { Announcer } from './Announcer.js';
import { CreateUserForm } from './CreateUserForm.js';
import type { LiveUsers, UsersView } from './live-users.js';
import { UserList } from './UserList.js';

interface DirectoryProps {
  users: LiveUsers;
  view: UsersView;
}

export function Directory({ users, view }: DirectoryProps) {
  return (
    <div className="directory">
      <div className="columns">
        <div className="side">
          <CreateUserForm users={users} />
          <CurlHint />
        </div>
        <UserList users={users} view={view} />
      </div>
      <Announcer users={users} />
    </div>
  );
}
