import { SignInPage } from './features/account/SignInPage.js';
import { WelcomePage } from './features/account/WelcomePage.js';
import { DirectoryPage } from './features/directory/DirectoryPage.js';
import { isDirectoryOpen } from './settings.js';
import { plainAddress, useParams } from './shell/address.js';

const people = plainAddress('people');

/** The page for visitors. It does not import the list of features, whose code only signed-in users need. */
export function Visitor() {
  const isAtPeople = useParams(people) !== null;
  if (!isDirectoryOpen) return <SignInPage />;
  return isAtPeople ? <DirectoryPage /> : <WelcomePage />;
}
