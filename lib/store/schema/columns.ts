/** Kinds of columns. */
import type { ColumnType } from 'kysely';

/** Text column holding JSON. */
export type JsonText = string;

/** 1 or 0; 0 unless set. */
export type Flag = ColumnType<number, number | undefined, number>;
