/** Pages and the headers that steer them (reference section 5). */
import { json, SimHttpError, type SimRequest, type SimResponse } from '../framework';
import type { RedtailContact } from './store';
import { fullName, wholeSeconds } from './render';

const DEFAULT_PAGE_SIZE = 50;
/** The vendor's maximum is not known; clients are told to stay within this. */
const MAX_PAGE_SIZE = 200;

const positive = (value: unknown): number | undefined => {
	const number = Number(value);
	return Number.isInteger(number) && number > 0 ? number : undefined;
};

/** `sized`: whether this list heeds the `pagesize` header (the contacts family does). */
export function pageOf<T>(
	request: SimRequest,
	key: string,
	rows: readonly T[],
	render: (row: T) => unknown,
	{ sized = false } = {},
): SimResponse {
	const wanted = sized ? positive(request.headers.pagesize) : undefined;
	const size = Math.min(wanted ?? DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
	const page = positive(request.query.get('page')) ?? 1;
	return json(200, {
		[key]: rows.slice((page - 1) * size, page * size).map(render),
		meta: { total_records: rows.length, total_pages: Math.ceil(rows.length / size) },
	});
}

/** The parts named in the `include` header. The query parameter of that name has no effect. */
export function includesOf(request: SimRequest): Set<string> {
	const header = request.headers.include;
	const parts = typeof header === 'string' ? header.split(',') : [];
	return new Set(parts.map((part) => part.trim()).filter(Boolean));
}

/** Whether the contact changed at or after `updated_since` (ISO 8601); without it, always. */
export function updatedSinceTest(request: SimRequest): (contact: RedtailContact) => boolean {
	const value = request.query.get('updated_since');
	if (!value) return () => true;
	const since = Date.parse(value);
	if (Number.isNaN(since)) {
		throw new SimHttpError(json(422, { message: 'updated_since is invalid' }));
	}
	return ({ updatedAt }) => wholeSeconds(updatedAt) >= since;
}

type Test = (contact: RedtailContact) => boolean;

const has = (text: unknown, part: string) =>
	String(text ?? '')
		.toLowerCase()
		.includes(part.toLowerCase());
const digits = (text: unknown) => String(text ?? '').replace(/\D/g, '');

/**
 * The search parameters. Names match by containing, the rest exactly; letters' case does not
 * matter.
 */
const SEARCHES: Record<string, (wanted: string) => Test> = {
	name: (wanted) => (contact) => has(fullName(contact), wanted),
	first_name: (wanted) => (contact) => has(contact.values.first_name, wanted),
	last_name: (wanted) => (contact) => has(contact.values.last_name, wanted),
	type: (wanted) => (contact) => contact.type.toLowerCase() === wanted.toLowerCase(),
	status_id: (wanted) => (contact) => contact.values.status_id === Number(wanted),
	category_id: (wanted) => (contact) => contact.values.category_id === Number(wanted),
	source_id: (wanted) => (contact) => contact.values.source_id === Number(wanted),
	tax_id: (wanted) => (contact) => contact.values.tax_id === wanted,
	// The simulator keeps no investment accounts.
	account_number: () => () => false,
	phone_number: (wanted) => (contact) =>
		contact.subs.phones.some(({ values }) => digits(values.number) === digits(wanted)),
	email: (wanted) => (contact) =>
		contact.subs.emails.some(
			({ values }) => values.address?.toLowerCase() === wanted.toLowerCase(),
		),
};

export const BASIC_SEARCHES = ['name', 'phone_number'];
export const ALL_SEARCHES = Object.keys(SEARCHES);

export function searchTest(request: SimRequest, names: readonly string[]): Test {
	const tests = names.flatMap((name) => {
		const wanted = request.query.get(name);
		const make = SEARCHES[name];
		return wanted && make ? [make(wanted)] : [];
	});
	return (contact) => tests.every((test) => test(contact));
}
