import { useParams } from '../../shell/address.js';
import { words } from '../../words/words.js';
import { searchAddress } from './search-address.js';
import { SearchBox } from './SearchBox.js';

export function SearchEverywhere() {
  const open = useParams(searchAddress);
  return <SearchBox label={words.search.everywhere} roomId={null} initial={open?.query ?? ''} />;
}
