/** Query parameters and pages, as Wealthbox reads them for every list. */
import { json, SimHttpError, text, type SimResponse } from '../framework';
import type { WealthboxSwitches } from './switches';
import { parseTime } from './time';

const DEFAULT_PER_PAGE = 25;
const MAX_PER_PAGE = 100;

/**
 * Reads filters: a repeated scalar's last value wins, brackets on a scalar answer 500, the unknown
 * is ignored.
 */
export class ListQuery {
	constructor(
		private readonly query: URLSearchParams,
		scalars: readonly string[],
		private readonly zone: string,
	) {
		const known = [...scalars, 'page', 'per_page'];
		for (const key of query.keys()) {
			const bracket = key.indexOf('[');
			if (bracket > 0 && known.includes(key.slice(0, bracket))) {
				throw new SimHttpError(text(500, 'Internal Server Error'));
			}
		}
	}

	/** The last value given; undefined when absent or empty. */
	scalar(name: string): string | undefined {
		return this.query.getAll(name).at(-1) || undefined;
	}

	/** All of `name[]`. */
	list(name: string): string[] {
		return this.query.getAll(`${name}[]`);
	}

	/** A time in ms; an unreadable one (an unescaped `+`, say) answers 400. */
	time(name: string): number | undefined {
		const value = this.scalar(name);
		if (value === undefined) return undefined;
		const ms = parseTime(value, this.zone);
		if (ms === undefined) throw new SimHttpError(json(400, { error: `${name} is invalid` }));
		return ms;
	}

	/** `true` and `false` in lower case; anything else counts as not given. */
	flag(name: string): boolean | undefined {
		const value = this.scalar(name);
		return value === 'true' ? true : value === 'false' ? false : undefined;
	}

	page<T>(
		key: string,
		rows: readonly T[],
		render: (row: T) => unknown,
		paging: WealthboxSwitches['paging'],
	): SimResponse {
		const page = positive(this.scalar('page')) ?? 1;
		const perPage = Math.min(positive(this.scalar('per_page')) ?? DEFAULT_PER_PAGE, MAX_PER_PAGE);
		const shown = rows.slice((page - 1) * perPage, page * perPage).map(render);
		if (paging === 'docs') return json(200, { [key]: shown, page, per_page: perPage });
		const meta = {
			current_page: page,
			total_pages: Math.ceil(rows.length / perPage),
			total_count: rows.length,
		};
		return json(200, { [key]: shown, meta });
	}
}

function positive(value: string | undefined): number | undefined {
	const number = Number(value);
	return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Whether a time lies in [updated_since, updated_before). */
export function inUpdatedWindow(query: ListQuery, updatedAt: number): boolean {
	const since = query.time('updated_since');
	const before = query.time('updated_before');
	return (
		(since === undefined || updatedAt >= since) && (before === undefined || updatedAt < before)
	);
}
