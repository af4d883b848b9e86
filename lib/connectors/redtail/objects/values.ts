/** Redtail's texts and days, and the canonical ones. Pure. */
import { DateTime } from 'luxon';
import type { FieldValue } from '../../../model/fields';
import type { CrmRecord } from '../../connector';
import type { CrmObjectField, Settings } from '../../objects/crm-object';
import { htmlOfText, looksLikeHtml, textOfHtml } from '../../objects/rich-text';
import { wordAmong } from '../../objects/values';
import { redtailSettings } from '../settings';

/** Redtail keeps HTML; what another client wrote without any has its line breaks as they are. */
export function readText(raw: unknown): string | null | undefined {
	if (raw === null) return null;
	if (typeof raw !== 'string') return undefined;
	return textOfHtml(looksLikeHtml(raw) ? raw : raw.replace(/\r\n?|\n/g, '<br>'));
}

/** A field that holds HTML in Redtail and plain text here. */
export function htmlField(name: string, label: string): CrmObjectField {
	return {
		name,
		label,
		type: 'string',
		field: 'text',
		read: (record) => (name in record ? readText(record[name]) : undefined),
		hold: (value) => (typeof value === 'string' ? textOfHtml(htmlOfText(value)) : value),
		write: (value) => ({ [name]: typeof value === 'string' ? htmlOfText(value) : value }),
	};
}

/** The same where Redtail shows plain text: HTML is written only where the text would be read as such. */
export function plainField(name: string, label: string): CrmObjectField {
	return {
		...htmlField(name, label),
		write: (value) => {
			const isPlain = typeof value !== 'string' || readText(value) === value;
			return { [name]: isPlain ? value : htmlOfText(value) };
		},
	};
}

/** A text out of one of Redtail's lists: read by the row's own text, written by id (../picklists.ts). */
export function listedField(name: string, label: string, field: string): CrmObjectField {
	return {
		name,
		label,
		type: 'options',
		field,
		read: (record) => {
			const text = record[name];
			if (typeof text === 'string' && text !== '') return text;
			return text === null || text === '' ? null : undefined;
		},
	};
}

/** Texts of priorities and Redtail's codes of importance: a setting, since they are not documented. */
export const IMPORTANCE: CrmObjectField = {
	name: 'importance',
	label: 'Importance',
	type: 'options',
	field: 'priority',
	read: ({ importance }, settings) => {
		if (importance === undefined) return undefined;
		if (importance === null) return null;
		const codes = Object.entries(importancesOf(settings));
		const known = codes.find(([, code]) => code === Number(importance));
		return known?.[0] ?? String(importance as string | number);
	},
	hold: (value, settings) => {
		if (value === null || Array.isArray(value)) return undefined;
		return wordAmong(Object.keys(importancesOf(settings)), value);
	},
	write: (value, { settings }) => ({ importance: importancesOf(settings)[String(value)] }),
};

function importancesOf(settings: Settings): Record<string, number> {
	return redtailSettings(settings).importances;
}

/** The day of a task; the time of day and the length that it has in Redtail stay. */
export const DUE_DATE: CrmObjectField = {
	name: 'start_date',
	label: 'Date',
	type: 'date',
	field: 'dueDate',
	read: ({ start_date }, settings) => {
		if (start_date === undefined) return undefined;
		const day = inZone(start_date, settings);
		return day.isValid ? day.toISODate() : null;
	},
	// Redtail has no activity without a time.
	hold: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
	write: (value, { current, settings }) => dayBody(String(value), current, settings),
};

function inZone(time: unknown, settings: Settings): DateTime {
	return DateTime.fromISO(String(time), { zone: redtailSettings(settings).timeZone });
}

/** A day in Redtail's times: all of it, or the times that the record has, moved to that day. */
export function dayBody(day: string, current: CrmRecord | null, settings: Settings): CrmRecord {
	const zone = redtailSettings(settings).timeZone;
	const start = DateTime.fromISO(day, { zone });
	if (!start.isValid) return { start_date: day, end_date: day };
	const [from, to] = [inZone(current?.start_date, settings), inZone(current?.end_date, settings)];
	if (!from.isValid || !to.isValid) {
		return { all_day: true, start_date: instant(start), end_date: instant(start) };
	}
	const { hour, minute, second } = from;
	const moved = start.set({ hour, minute, second });
	return { start_date: instant(moved), end_date: instant(moved.plus(to.diff(from))) };
}

function instant(time: DateTime): string {
	return new Date(time.toMillis()).toISOString();
}

export function isText(value: FieldValue | undefined): value is string {
	return typeof value === 'string' && value !== '';
}
