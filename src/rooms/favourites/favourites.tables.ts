import type { Tables } from '@carillon/nestjs';

/** A room that a member lists first. The row ends with the membership. */
export interface FavouritesTable {
  room_id: string;
  user_id: string;
}

declare module '@carillon/nestjs' {
  interface Schema {
    favourites: FavouritesTable;
  }
}

export const FAVOURITE_TABLES = {
  favourites: {
    columns: { room_id: 'text', user_id: 'text' },
    key: ['room_id', 'user_id'],
  },
} satisfies Tables;
