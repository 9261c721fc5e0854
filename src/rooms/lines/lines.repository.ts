import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import type { HistoryLine } from './history-line.js';
import { type Line, LINE_KINDS } from './line-change.js';
import type { HistoryLinesTable } from './lines.tables.js';

/** The lines of histories in SQL. Each method runs on the connection it is given. */
@Injectable()
export class LinesRepository {
  /** The lines after some messages, in the order in which the history shows them. */
  async between(
    db: Kysely<Schema>,
    roomId: string,
    from: number,
    to: number,
  ): Promise<HistoryLine[]> {
    const rows = await db
      .selectFrom('history_lines')
      .selectAll()
      .where('room_id', '=', roomId)
      .where('seq', '>=', from)
      .where('seq', '<=', to)
      .execute();
    return rows.map(toLine).toSorted(inOrder);
  }

  /** Replaces the lines after a message. */
  async replace(
    db: Kysely<Schema>,
    roomId: string,
    seq: number,
    lines: readonly Line[],
  ): Promise<void> {
    await db
      .deleteFrom('history_lines')
      .where('room_id', '=', roomId)
      .where('seq', '=', seq)
      .execute();
    if (lines.length === 0) return;
    const rows = lines.map(({ kind, count, userIds, text }) => {
      return { room_id: roomId, seq, kind, count, user_ids: JSON.stringify(userIds), text };
    });
    await db.insertInto('history_lines').values(rows).execute();
  }
}

const toLine = (row: Selectable<HistoryLinesTable>): HistoryLine => ({
  seq: row.seq,
  kind: row.kind,
  count: row.count,
  userIds: JSON.parse(row.user_ids) as string[],
  text: row.text,
});

const inOrder = (one: HistoryLine, other: HistoryLine): number =>
  one.seq - other.seq || LINE_KINDS.indexOf(one.kind) - LINE_KINDS.indexOf(other.kind);
