import { useParams } from '../../shell/address.js';
import { usePreload } from '../../store/use-preload.js';
import { words } from '../../words/words.js';
import { searchAddress } from './search-address.js';
import { searchBody } from './search-body.js';
import { SearchBox } from './SearchBox.js';

export function SearchEverywhere() {
  const open = useParams(searchAddress);
  usePreload(searchBody);
  return <SearchBox label={words.search.everywhere} roomId={null} initial={open?.query ?? ''} />;
}
