import { type Filter, FILTERS } from './room-groups.js';
import { roomListWords as words } from './room-list.words.js';

interface ListFilterProps {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

export function ListFilter({ filter, onChange }: ListFilterProps) {
  return (
    <label className="list-filter">
      {words.show}
      <select
        value={filter}
        onChange={({ currentTarget }) => onChange(currentTarget.value as Filter)}
      >
        {FILTERS.map((each) => (
          <option key={each} value={each}>
            {words.filters[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
