import type { ReactNode } from 'react';
import { Announcer } from './Announcer.js';
import { CreateUserForm } from './CreateUserForm.js';
import { CurlHint } from './CurlHint.js';
import type { LiveUsers } from './live-users.js';

interface DirectoryProps {
  users: LiveUsers;
  /** The list. */
  children: ReactNode;
}

export function Directory({ users, children }: DirectoryProps) {
  return (
    <div className="directory">
      <div className="columns">
        <div className="side">
          <CreateUserForm users={users} />
          <CurlHint />
        </div>
        {children}
      </div>
      <Announcer users={users} />
    </div>
  );
}
