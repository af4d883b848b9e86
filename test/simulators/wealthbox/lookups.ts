/** `/me`, `/users`, `/teams`, `/user_groups` and `/categories/{type}`. */
import { json, type SimRequest, type SimResponse, type SimRoute } from '../framework';
import { ACCOUNT_ID, categoryRows, CURRENT_USER, LOGIN_ID, USERS } from './catalog';
import { notFound, type WealthboxDesk } from './contacts';
import { ListQuery } from './listing';
import { renderUser } from './render';
import { formatTime } from './time';

const ACCOUNT_SINCE = Date.UTC(2024, 1, 12, 13, 40);

function me({ switches }: WealthboxDesk): Record<string, unknown> {
	const { name, email } = CURRENT_USER;
	const [first_name, last_name] = name.split(' ');
	const created_at = formatTime(ACCOUNT_SINCE, switches.timeZone);
	return {
		id: LOGIN_ID,
		name,
		first_name,
		last_name,
		email,
		plan: 'premier',
		created_at,
		updated_at: created_at,
		current_user: renderUser(CURRENT_USER, ACCOUNT_ID),
		accounts: [{ id: ACCOUNT_ID, name: 'Harborview QA', created_at }],
		users: [{ id: CURRENT_USER.id, email, name, account: ACCOUNT_ID }],
	};
}

function page(
	desk: WealthboxDesk,
	request: SimRequest,
	key: string,
	rows: Array<Record<string, unknown>>,
): SimResponse {
	const { timeZone, paging } = desk.switches;
	return new ListQuery(request.query, ['document_type', 'status'], timeZone).page(
		key,
		rows,
		(row) => row,
		paging,
	);
}

function rowsOf({ store }: WealthboxDesk, type: string) {
	if (type === 'tags') return store.tags().map((tag) => ({ ...tag }));
	if (type === 'custom_fields') return store.customFields.map((field) => ({ ...field }));
	return categoryRows(type);
}

function categories(desk: WealthboxDesk, request: SimRequest): SimResponse {
	const { type = '' } = request.params;
	const rows = rowsOf(desk, type);
	if (!rows) throw notFound();
	const documentType = request.query.getAll('document_type').at(-1);
	const fits = (row: Record<string, unknown>) =>
		!documentType || row.document_type === undefined || row.document_type === documentType;
	return page(desk, request, type, rows.filter(fits));
}

export function lookupRoutes(desk: WealthboxDesk): SimRoute[] {
	const list = (key: string, rows: Array<Record<string, unknown>>): SimRoute => ({
		method: 'GET',
		path: `/v1/${key}`,
		handle: (request) => page(desk, request, key, rows),
	});
	const active = USERS.filter(({ status }) => status === 'active');
	return [
		{ method: 'GET', path: '/v1/me', handle: () => json(200, me(desk)) },
		list(
			'users',
			active.map((user) => renderUser(user, ACCOUNT_ID)),
		),
		list('teams', [{ id: 31, name: 'Client Service' }]),
		list('user_groups', [{ id: 61, name: 'Advisors' }]),
		{
			method: 'GET',
			path: '/v1/categories/:type',
			handle: (request) => categories(desk, request),
		},
	];
}
