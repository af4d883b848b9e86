/**
 * Wealthbox's way to write times: `2026-03-04 09:15 AM -0500`, whole minutes, the account's zone.
 */
import { DateTime } from 'luxon';

const FORMAT = 'yyyy-MM-dd hh:mm a ZZZ';
const LOCALE = { locale: 'en-US' };

export function formatTime(ms: number, zone: string): string {
	return DateTime.fromMillis(ms, { zone, ...LOCALE }).toFormat(FORMAT);
}

/**
 * Reads ISO 8601 or Wealthbox's own format to ms; undefined for anything else. Without an offset,
 * the account's zone.
 */
export function parseTime(value: string, zone: string): number | undefined {
	const trimmed = value.trim();
	const own = DateTime.fromFormat(trimmed, FORMAT, { ...LOCALE });
	if (own.isValid) return own.toMillis();
	const iso = DateTime.fromISO(trimmed, { zone });
	return iso.isValid ? iso.toMillis() : undefined;
}

export function isDate(value: string): boolean {
	return /^\d{4}-\d{2}-\d{2}$/.test(value) && DateTime.fromISO(value).isValid;
}
